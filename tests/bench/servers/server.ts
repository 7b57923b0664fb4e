/** The servers that systems need: found on this machine, started once a bench on ports and folders of their own. */
import type { Part } from '../process-usage.js';

export type ServerName = 'redis' | 'postgresql' | 'mongodb' | 'rabbitmq' | 'zookeeper';

/** An empty room on a server for one life of a system. */
export interface Place {
  address: string;
  remove(): Promise<void>;
}

export interface Server {
  parts(): Part[];
  /** What the server says of its version. */
  version: string;
  place(): Promise<Place>;
  stop(): Promise<void>;
}

/** How a server can be had here: by starting it, or not, with the reason and what would help. */
export type Finding = { start: (folder: string) => Promise<Server> } | { missing: string };

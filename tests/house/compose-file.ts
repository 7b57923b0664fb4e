/** docker-compose.yml as data, with its merges resolved. */
import { parse } from 'yaml';
import { readProjectFile } from './source-files.js';

export interface ComposeService {
  image?: string;
  build?: string;
  command?: string;
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  restart?: string;
}

export interface ComposeFile {
  services: Record<string, ComposeService>;
  volumes: Record<string, unknown>;
}

export function readComposeFile(): ComposeFile {
  return parse(readProjectFile('docker-compose.yml'), { merge: true }) as ComposeFile;
}

/** The name of the service of ours that a command starts, or null: the image is somebody else's. */
export function serviceOf({ command }: ComposeService): string | null {
  return /build\/services\/([^/]+)\/main\.js$/.exec(command ?? '')?.[1] ?? null;
}

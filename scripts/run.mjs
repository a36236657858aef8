#!/usr/bin/env node
// The launcher behind `npm start` and the `mqtt-certs` bin. Plain JavaScript without dependencies, so that it can say
// what is missing on any Node and before `npm ci`. It bundles when a source is newer than the bundle, then runs it.
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const PROJECT = dirname(dirname(fileURLToPath(import.meta.url)));
const BUILD = join(PROJECT, '.build');
const STAMP = join(BUILD, 'stamp.json');
const LOCK = join(BUILD, 'lock');
const OUTPUTS = ['cli.cjs', 'fc-worker.cjs', 'fc-preload.cjs'];
const SOURCE_FOLDERS = ['functions', 'shared', 'local', 'scripts'];
const SOURCE_FILES = ['s.yaml', 'package.json', 'package-lock.json', 'tsconfig.json'];
const LOCK_WAIT_MS = 60_000;

const [command, ...rest] = process.argv.slice(2);

requireNode(20, 19);
requireDependencies();
if (command === 'bundle') {
  await bundle(rest.includes('--quiet') ? 'quiet' : 'told');
} else {
  await bundle('when-stale');
  const { main } = createRequire(import.meta.url)(join(BUILD, 'cli.cjs'));
  const exitCode = await main(process.argv.slice(2));
  // A pipe takes what was written when its reader does; leaving before that would cut the output off.
  await Promise.all([process.stdout, process.stderr].map(drained));
  process.exit(exitCode);
}

/** Resolves when everything written has been taken, or nobody is there any more to take it. */
function drained(stream) {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) return resolve();
    stream.once('error', resolve);
    stream.write('', () => resolve());
  });
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function requireNode(major, minor) {
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  fail(`This needs Node.js ${major}.${minor} or newer; this is ${process.versions.node}.`);
}

function requireDependencies() {
  const locked = statSync(join(PROJECT, 'node_modules', 'esbuild', 'package.json'), { throwIfNoEntry: false });
  if (locked === undefined) fail(`The dependencies are not installed. Run this first:\n\n  npm ci\n\nin ${PROJECT}`);
}

/** @param {'when-stale' | 'told' | 'quiet'} mode `when-stale` does nothing when the bundles are up to date. */
async function bundle(mode) {
  const isWanted = () => mode !== 'when-stale' || !isFresh();
  if (!isWanted()) return;
  mkdirSync(BUILD, { recursive: true });
  await lock();
  try {
    // The one who had the lock before may have done it all; and a source saved from here on makes the stamp stale.
    if (!isWanted()) return;
    const stamp = fingerprint();
    const files = await (await loadBundler()).bundleAll(PROJECT);
    writeWhole(STAMP, JSON.stringify(stamp));
    if (mode !== 'told') return;
    for (const file of files) process.stdout.write(`${(file.bytes / 1024).toFixed(1).padStart(9)} KB  ${file.name}\n`);
  } catch (error) {
    // esbuild has printed the messages of its own errors
    if (Array.isArray(error?.errors)) fail('The sources could not be bundled.');
    throw error;
  } finally {
    unlock();
  }
}

/** scripts/bundle.ts is TypeScript, which Node 20 cannot import: esbuild strips its types first. */
async function loadBundler() {
  const { transform } = await import('esbuild');
  const source = readFileSync(join(PROJECT, 'scripts', 'bundle.ts'), 'utf8');
  const { code } = await transform(source, { loader: 'ts', format: 'esm', target: 'node20' });
  const file = join(BUILD, 'bundle.mjs');
  writeWhole(file, code);
  return import(pathToFileURL(file).href);
}

function isFresh() {
  if (OUTPUTS.some((file) => statSync(join(BUILD, file), { throwIfNoEntry: false }) === undefined)) return false;
  if (statSync(join(PROJECT, 'dist', 'package.json'), { throwIfNoEntry: false }) === undefined) return false;
  try {
    return readFileSync(STAMP, 'utf8') === JSON.stringify(fingerprint());
  } catch {
    return false; // never bundled
  }
}

/** Name, size and time of every source: notices edits, additions, removals and a checkout of something older. */
function fingerprint() {
  const entries = [process.versions.node];
  const add = (path) => {
    const stat = statSync(join(PROJECT, path), { throwIfNoEntry: false });
    if (stat !== undefined) entries.push(`${path} ${stat.size} ${stat.mtimeMs}`);
  };
  for (const file of SOURCE_FILES) add(file);
  for (const folder of SOURCE_FOLDERS) {
    for (const name of readdirSync(join(PROJECT, folder), { recursive: true }).sort()) {
      if (/\.(ts|mjs|json|html|css|js)$/.test(name)) add(join(folder, name));
    }
  }
  return entries;
}

/**
 * Waits until nobody else bundles. The lock only saves work: two who bundle at once write the same files, each whole. So
 * nothing here may fail because another process was quicker.
 */
async function lock() {
  const until = Date.now() + LOCK_WAIT_MS;
  while (!takeLock()) {
    const holder = lockHolder();
    if (holder !== undefined && !isAlive(holder)) rmSync(LOCK, { force: true });
    else if (Date.now() > until) fail(`Another process is bundling and does not end. If there is none, remove ${LOCK}`);
    else await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** The name and the pid in it appear at once, for exactly one process: a file without a pid is never seen. */
function takeLock() {
  const own = `${LOCK}.${process.pid}.tmp`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, LOCK);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Only the holder's own: another may have taken the lock for stale and hold a new one. */
function unlock() {
  if (lockHolder() === process.pid) rmSync(LOCK, { force: true });
}

/** @returns The process that holds the lock; undefined when none does. */
function lockHolder() {
  try {
    return Number(readFileSync(LOCK, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(pid) {
  if (pid === process.pid || !Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}

function writeWhole(path, text) {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

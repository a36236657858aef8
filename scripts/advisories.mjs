// Known advisories of the dependencies: a checked-in table held against package-lock.json, and what `npm audit` says
// today. Part of `npm run check`.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = dirname(dirname(fileURLToPath(import.meta.url)));
const AUDIT_TIMEOUT_MS = 30_000;

/**
 * Installed versions that the table does not call fixed, one sentence each.
 *
 * @param {{ packages: Record<string, { version?: string, dev?: boolean }> }} lockfile package-lock.json, version 3
 * @param {{ minimums: { package: string, fixed: string[], advisories: string[] }[],
 *   accepted: { package: string, version: string, onlyDev: boolean, reason: string }[] }} table
 * @returns {string[]}
 */
export function knownFindings(lockfile, table) {
  return Object.entries(lockfile.packages).flatMap(([path, { version = '', dev = false }]) => {
    const name = path.split('node_modules/').at(-1);
    const minimum = table.minimums.find((entry) => entry.package === name);
    if (minimum === undefined || isFixed(version, minimum.fixed)) return [];
    const accepted = table.accepted.some(
      (entry) => entry.package === name && entry.version === version && (dev || !entry.onlyDev),
    );
    if (accepted) return [];
    return [`${name} ${version}: fixed in ${minimum.fixed.join(' or ')} (${minimum.advisories.join(', ')})`];
  });
}

/**
 * True when a version has the fix: at or past the one named for its own line (major, and minor below 1.0), or past
 * every line that got one.
 *
 * @param {string} version
 * @param {string[]} fixed
 */
export function isFixed(version, fixed) {
  const sameLine = fixed.find((candidate) => lineOf(candidate) === lineOf(version));
  if (sameLine !== undefined) return compare(version, sameLine) >= 0;
  return fixed.every((candidate) => compare(version, candidate) >= 0);
}

function lineOf(version) {
  return version.split('.')[0];
}

/** A pre-release counts as older than its release. */
function compare(a, b) {
  const parts = (version) => version.split('-')[0].split('.').map(Number);
  const [left, right] = [parts(a), parts(b)];
  for (const index of [0, 1, 2]) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return Number(b.includes('-')) - Number(a.includes('-'));
}

/**
 * What the registry's advisory service says about the dependencies that ship.
 *
 * @returns {Promise<{ checked: true, findings: string[] } | { checked: false, why: string }>}
 */
export async function liveFindings() {
  const { stdout, failure } = await run('npm', ['audit', '--omit=dev', '--json']);
  const report = parse(stdout);
  if (report?.vulnerabilities === undefined) {
    return { checked: false, why: firstLine(report?.message ?? report?.error?.summary ?? failure ?? 'no answer') };
  }
  const findings = Object.values(report.vulnerabilities).map((entry) => {
    const titles = entry.via.map((via) => (typeof via === 'string' ? `through ${via}` : via.title));
    return `${entry.name} ${entry.range} (${entry.severity}): ${titles.join('; ')}`;
  });
  return { checked: true, findings };
}

function run(command, args) {
  return new Promise((resolve) => {
    execFile(
      command,
      args,
      { cwd: PROJECT, timeout: AUDIT_TIMEOUT_MS, maxBuffer: 16 * 1024 * 1024 },
      // findings make npm end with 1: the report decides, not the exit code
      (error, stdout) => resolve({ stdout, failure: error?.killed ? 'no answer within 30 s' : error?.message }),
    );
  });
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no report: then the check says that it was not made
  }
}

/** Without the address that was asked: a mirror's name is nobody's business. */
function firstLine(text) {
  return text.split('\n')[0].replace(/https?:\/\/\S+/g, 'the registry');
}

/**
 * Makes both checks.
 *
 * @returns {Promise<{ ok: boolean, output: string }>} `ok` is false when there is a finding; a live check that could not
 *   be made is said and is no finding
 */
export async function checkAdvisories() {
  const read = (path) => JSON.parse(readFileSync(join(PROJECT, path), 'utf8'));
  const known = knownFindings(read('package-lock.json'), read('scripts/advisories.json'));
  const live = await liveFindings();
  const lines = known.length === 0 ? ['known advisories: none'] : known.map((finding) => `known advisory: ${finding}`);
  if (!live.checked) lines.push(`live advisories: not checked (${live.why})`);
  else if (live.findings.length === 0) lines.push('live advisories: none');
  else lines.push(...live.findings.map((finding) => `live advisory: ${finding}`));
  const ok = known.length === 0 && !(live.checked && live.findings.length > 0);
  return { ok, output: lines.join('\n') };
}

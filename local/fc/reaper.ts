import { spawn } from 'node:child_process';

/** Ends worker processes whose parent is gone. */
export interface Reaper {
  readonly watch: (pid: number) => void;
  readonly forget: (pid: number) => void;
  readonly close: () => void;
}

/**
 * Reads `+ PID` and `- PID` until its standard input ends, which happens when the parent dies in any way, then kills
 * what is left. It ignores the terminal's signals, because it must outlive the parent by a moment.
 */
const SCRIPT = `trap '' INT TERM HUP
live=' '
while read -r sign pid; do
  case $sign in
    +) live="$live$pid " ;;
    -) live="\${live%% $pid *} \${live#* $pid }" ;;
  esac
done
for pid in $live; do kill -KILL "$pid"; done 2>/dev/null`;

/**
 * Starts the reaper. A frozen worker cannot notice that its parent was killed: without this it would stay stopped in
 * memory for ever.
 */
export function startReaper(): Reaper {
  const child = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'], env: {} });
  child.on('error', () => undefined); // no shell: workers still end with an orderly close
  child.stdin.on('error', () => undefined);
  child.unref();
  const tell = (line: string): void => {
    if (child.stdin.writable) child.stdin.write(line);
  };
  return {
    watch: (pid) => tell(`+ ${String(pid)}\n`),
    forget: (pid) => tell(`- ${String(pid)}\n`),
    close: () => child.stdin.end(),
  };
}

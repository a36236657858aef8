/** The parts of package-lock.json (version 3) that are looked at. */
export interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly dev?: boolean }>>;
}

/** `advisories.json`. */
export interface AdvisoryTable {
  readonly minimums: readonly {
    readonly package: string;
    readonly fixed: readonly string[];
    readonly advisories: readonly string[];
  }[];
  readonly accepted: readonly {
    readonly package: string;
    readonly version: string;
    readonly onlyDev: boolean;
    readonly reason: string;
  }[];
}

export function knownFindings(lockfile: Lockfile, table: AdvisoryTable): string[];
export function isFixed(version: string, fixed: readonly string[]): boolean;

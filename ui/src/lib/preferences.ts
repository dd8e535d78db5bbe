/** What the viewer chose for this browser: theme, language, time zone, width of the navigation. */
import { createContext, useContext } from "react";

export type Theme = "light" | "dark" | "system";

export interface Preferences {
  theme: Theme;
  language: "en" | "zh-CN";
  /** An IANA name, or "dag" for the zone of each DAG. */
  zone: string;
  narrow: boolean;
}

export interface PreferencesState extends Preferences {
  change: (some: Partial<Preferences>) => void;
}

const KEY = "tradewind.preferences";

export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

export function defaults(): Preferences {
  return {
    theme: "system",
    language: navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en",
    zone: browserZone(),
    narrow: false,
  };
}

/** What was kept, or the defaults where nothing or nonsense was. */
export function load(): Preferences {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>;
    return { ...defaults(), ...kept };
  } catch {
    return defaults();
  }
}

/** Keeps what was chosen now beside what was chosen before; what was never chosen goes on following browser and system. */
export function keep(some: Partial<Preferences>): void {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>;
    localStorage.setItem(KEY, JSON.stringify({ ...kept, ...some }));
  } catch {
    // A browser that keeps nothing: the choice lasts until the tab closes.
  }
}

export const PreferencesContext = createContext<PreferencesState>({ ...defaults(), change: () => undefined });

export function usePreferences(): PreferencesState {
  return useContext(PreferencesContext);
}

/** The zone to show times in; `dagZone` where the viewer chose each DAG's own. */
export function useZone(dagZone?: string | null): string {
  const { zone } = usePreferences();
  return zone === "dag" ? (dagZone ?? "UTC") : zone;
}

/** A phone's window: what is usual differs there. */
export function isNarrow(): boolean {
  return matchMedia("(max-width: 48rem)").matches;
}

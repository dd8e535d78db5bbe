import { Link } from "@tanstack/react-router";
import { ArrowDownToLine, ChevronDown, ChevronUp, CircleAlert, Clock, Download, WrapText } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { Button, IconButton } from "@/components/Button";
import { Chip } from "@/components/Chip";
import { SearchField } from "@/components/Fields";
import { Empty, Failure, Skeleton } from "@/components/Say";
import { StateDot } from "@/components/StateBadge";
import { bytes, count } from "@/lib/format";

import { type Level, LEVELS } from "./lines";
import styles from "./Log.module.css";
import type { LogClient, LogState } from "./LogClient";
import { LogLines } from "./LogLines";
import type { Loaded } from "./protocol";
import type { LogSearch } from "./search";
import { Sources } from "./Sources";
import { type LogKey, logAddress, useLog } from "./useLog";

interface LogViewProps {
  of: LogKey;
  /** Its last try; 0 before the first. */
  tries: number;
  state: string | null;
  search: LogSearch;
  onSearch: (some: Partial<LogSearch>) => void;
}

/** The log of a try of a task instance. */
export function LogView(props: LogViewProps) {
  const { of, tries, search } = props;
  const number = Math.min(Math.max(1, search.try ?? tries), Math.max(1, tries));
  const address = logAddress(of, number);
  return (
    <div className={styles.view}>
      <TryLog key={address} address={address} number={number} {...props} />
    </div>
  );
}

function TryLog({ address, number, of, tries, state, search, onSearch }: LogViewProps & { address: string; number: number }) {
  const { level, source, wrap = false, times = true } = search;
  const [query, setQuery] = useState(search.q ?? "");
  const [width, setWidth] = useState(120);
  const [follow, setFollow] = useState(state === "running" && search.line === undefined);
  const choice = useMemo(() => ({ levels: level ?? null, sources: source ?? null, query, width: wrap ? width : null }), [level, source, query, wrap, width]);
  const { client, log } = useLog(address, choice);
  const { loaded } = log;
  const at = useTarget(client, loaded, query, search.line, () => setFollow(false));
  useEffect(() => {
    if ((search.q ?? "") === query) return undefined;
    const timer = setTimeout(() => onSearch({ q: query || undefined }), 400);
    return () => clearTimeout(timer);
  }, [query, search.q, onSearch]);
  return (
    <>
      <div className={styles.bar}>
        <Tries tries={tries} state={state} number={number} of={of} />
        <Finding query={query} onQuery={setQuery} matches={loaded?.matches ?? 0} nth={at.nth} onStep={at.step} />
        <Tools
          errors={loaded?.errors ?? 0}
          wrap={wrap}
          times={times}
          follow={follow}
          onSearch={onSearch}
          onFollow={setFollow}
          onError={at.error}
          download={logAddress(of, number, true)}
        />
      </div>
      {loaded && loaded.rows > 0 && <Filters loaded={loaded} search={search} onSearch={onSearch} />}
      <div className={styles.stage}>
        <Stage log={log} tries={tries} number={number}>
          {(there) => (
            <LogLines
              client={client}
              loaded={there}
              query={query}
              times={times}
              wrap={wrap}
              target={at.target}
              follow={follow}
              onFollow={setFollow}
              onNumber={(line) => onSearch({ line })}
              onWidth={setWidth}
            />
          )}
        </Stage>
      </div>
      {loaded && <Foot loaded={loaded} onFill={() => client.fill()} />}
    </>
  );
}

interface ToolsProps {
  errors: number;
  wrap: boolean;
  times: boolean;
  follow: boolean;
  onSearch: (some: Partial<LogSearch>) => void;
  onFollow: (follow: boolean) => void;
  onError: () => void;
  download: string;
}

function Tools({ errors, wrap, times, follow, onSearch, onFollow, onError, download }: ToolsProps) {
  const { t } = useTranslation("task");
  return (
    <div className={styles.tools}>
      <IconButton label={t("log.firstError")} disabled={errors === 0} onClick={onError}>
        <CircleAlert />
      </IconButton>
      <IconButton label={t("log.wrap")} aria-pressed={wrap} onClick={() => onSearch({ wrap: wrap ? undefined : true })}>
        <WrapText />
      </IconButton>
      <IconButton label={t("log.times")} aria-pressed={times} onClick={() => onSearch({ times: times ? false : undefined })}>
        <Clock />
      </IconButton>
      <IconButton label={t("log.follow")} aria-pressed={follow} onClick={() => onFollow(!follow)}>
        <ArrowDownToLine />
      </IconButton>
      <IconButton label={t("log.download")} onClick={() => location.assign(download)}>
        <Download />
      </IconButton>
    </div>
  );
}

/** The lines, or what there is instead. */
function Stage({ log: { loaded, error }, tries, number, children }: { log: LogState; tries: number; number: number; children: (loaded: Loaded) => ReactNode }) {
  if (error) return <Failure error={new Error(error)} />;
  if (!loaded) {
    return (
      <div className={styles.bar}>
        <Skeleton lines={8} />
      </div>
    );
  }
  return loaded.rows > 0 ? children(loaded) : <Nothing tries={tries} number={number} loading={loaded.loading} />;
}

/** Which line is to be seen: the n-th match, the first error, or the one that the address names. */
function useTarget(client: LogClient, loaded: Loaded | null, query: string, line: number | undefined, onGo: () => void) {
  const [target, setTarget] = useState<{ place: number; ask: number } | null>(null);
  const [found, setFound] = useState({ query, nth: -1 });
  const ready = loaded !== null;
  const go = (what: Parameters<LogClient["find"]>[0]) => {
    onGo();
    void client.find(what).then((place) => {
      if (place >= 0) setTarget((old) => ({ place, ask: (old?.ask ?? 0) + 1 }));
    });
  };
  useEffect(() => {
    if (ready && line !== undefined) go({ row: line });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- when the address names another line
  }, [ready, line, client]);
  const nth = found.query === query ? found.nth : -1;
  const matches = loaded?.matches ?? 0;
  return {
    target,
    nth,
    error: () => go("error"),
    step: (by: number) => {
      if (matches === 0) return;
      const next = (nth < 0 && by < 0 ? matches - 1 : nth + by + matches) % matches;
      setFound({ query, nth: next });
      go({ match: next });
    },
  };
}

function Tries({ tries, state, number, of }: { tries: number; state: string | null; number: number; of: LogKey }) {
  const { t } = useTranslation("task");
  if (tries <= 1) return null;
  const { dagId, runId, taskId, mapIndex } = of;
  return (
    <nav className={styles.tries} aria-label={t("log.tries")}>
      {Array.from({ length: tries }, (_, place) => place + 1).map((each) => (
        <Link
          key={each}
          from="/dags/$dagId/runs/$runId/tasks/$taskId"
          to="."
          params={{ dagId, runId, taskId }}
          search={(old) => ({ ...old, map_index: mapIndex, try: each, line: undefined })}
          className={styles.try}
          aria-current={each === number ? "page" : undefined}
          activeProps={{}}
        >
          {each === tries && <StateDot state={state} />}
          {t("log.try", { number: each })}
        </Link>
      ))}
    </nav>
  );
}

interface FindingProps {
  query: string;
  onQuery: (query: string) => void;
  matches: number;
  nth: number;
  onStep: (by: number) => void;
}

function Finding({ query, onQuery, matches, nth, onStep }: FindingProps) {
  const { t, i18n } = useTranslation("task");
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter") onStep(event.shiftKey ? -1 : 1);
  };
  return (
    <div className={styles.search}>
      <SearchField label={t("log.search")} value={query} onChange={(event) => onQuery(event.target.value)} onKeyDown={onKey} />
      <span className={styles.count} role="status">
        {query && `${nth >= 0 ? `${count(nth + 1, i18n.language)} / ` : ""}${count(matches, i18n.language)}`}
      </span>
      <IconButton label={t("log.previous")} disabled={matches === 0} onClick={() => onStep(-1)}>
        <ChevronUp />
      </IconButton>
      <IconButton label={t("log.next")} disabled={matches === 0} onClick={() => onStep(1)}>
        <ChevronDown />
      </IconButton>
    </div>
  );
}

function Filters({ loaded, search, onSearch }: { loaded: Loaded } & Pick<LogViewProps, "search" | "onSearch">) {
  const { level = [], source = [] } = search;
  return (
    <div className={styles.bar}>
      <Levels loaded={loaded} chosen={level} onChange={(levels) => onSearch({ level: levels.length > 0 ? levels : undefined })} />
      {loaded.sources.length > 1 && (
        <Sources sources={loaded.sources} chosen={source} onChange={(sources) => onSearch({ source: sources.length > 0 ? sources : undefined })} />
      )}
    </div>
  );
}

function Levels({ loaded, chosen, onChange }: { loaded: Loaded; chosen: readonly Level[]; onChange: (levels: Level[]) => void }) {
  const { t, i18n } = useTranslation("task");
  const there = LEVELS.filter((level) => loaded.levels[level] > 0);
  return (
    <div className={styles.chips} role="group" aria-label={t("log.level")}>
      {there.map((level) => (
        <Chip key={level} on={chosen.includes(level)} onClick={() => onChange(chosen.includes(level) ? chosen.filter((each) => each !== level) : [...chosen, level])}>
          {t(`log.levels.${level}`)} <span className="num muted">{count(loaded.levels[level], i18n.language)}</span>
        </Chip>
      ))}
    </div>
  );
}

function Nothing({ tries, number, loading }: { tries: number; number: number; loading: boolean }) {
  const { t } = useTranslation("task");
  if (tries === 0) return <Empty title={t("log.notBegun")}>{t("log.notBegunText")}</Empty>;
  if (loading) return <Empty title={t("log.nothingYet", { number })}>{t("log.nothingYetText")}</Empty>;
  return <Empty title={t("log.nothing", { number })}>{t("log.nothingText")}</Empty>;
}

function Foot({ loaded, onFill }: { loaded: Loaded; onFill: () => void }) {
  const { t, i18n } = useTranslation("task");
  return (
    <div className={styles.foot}>
      {!loaded.over && loaded.loading && loaded.gap === 0 && (
        <span className={styles.live}>
          <StateDot state={loaded.lost ? "up_for_retry" : "running"} /> <span role="status">{t(loaded.lost ? "log.lost" : "log.live")}</span>
        </span>
      )}
      <span>{t("log.size", { count: loaded.rows, lines: count(loaded.rows, i18n.language), size: bytes(loaded.size) })}</span>
      {loaded.gap > 0 && (
        <Button small kind="ghost" onClick={onFill}>
          {t("log.partly", { size: bytes(loaded.gap) })}
        </Button>
      )}
    </div>
  );
}

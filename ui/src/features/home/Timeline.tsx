import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { cx } from "@/lib/format";
import { useZone } from "@/lib/preferences";
import { absolute } from "@/lib/time";

import styles from "./Timeline.module.css";
import { type Hour } from "./useHome";

const GOOD = ["success", "running", "queued", "planned"] as const;
const ALL = ["success", "failed", "running", "queued", "planned"] as const;
const STATE: Readonly<Record<(typeof ALL)[number], string>> = { success: "success", failed: "failed", running: "running", queued: "queued", planned: "scheduled" };
const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -6, PageUp: 6, Home: -100, End: 100 };

/** The last and the next 24 hours, an hour a bar: what went well stands above the line, what failed hangs below it. */
export function Timeline({ hours }: { hours: readonly Hour[] }) {
  const { t } = useTranslation("home");
  const zone = useZone();
  const current = Math.floor(hours.length / 2);
  const [chosen, setChosen] = useState<number>();
  const at = Math.min(chosen ?? current, hours.length - 1);
  const say = useWords(zone);
  const tallest = Math.max(1, ...hours.map((hour) => Math.sqrt(GOOD.reduce((sum, kind) => sum + hour[kind], 0))));
  const deepest = Math.max(1, ...hours.map(({ failed }) => Math.sqrt(failed)));
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    setChosen(Math.max(0, Math.min(hours.length - 1, at + step)));
  };
  const shown = hours[at];
  if (!shown) return null;
  return (
    <Card title={t("timeline")} actions={<Legend />}>
      <div className={styles.bars} role="slider" tabIndex={0} aria-label={t("timeline")} aria-valuemin={0} aria-valuemax={hours.length - 1} aria-valuenow={at} aria-valuetext={say(shown)} onKeyDown={onKeyDown} onPointerLeave={() => setChosen(undefined)}>
        {hours.map((hour, place) => (
          <Bar key={hour.start} hour={hour} tallest={tallest} deepest={deepest} chosen={place === at} now={place === current} onChoose={() => setChosen(place)} />
        ))}
      </div>
      <div className={styles.axis} aria-hidden>
        {hours.map((hour, place) => (
          <span key={hour.start}>{(place - current) % 6 === 0 && (place === current ? t("now") : absolute(hour.start, zone, { date: false, seconds: false }))}</span>
        ))}
      </div>
      <p className={styles.words} aria-hidden>
        {say(shown)}
      </p>
      <Rows hours={hours} zone={zone} />
    </Card>
  );
}

function useWords(zone: string): (hour: Hour) => string {
  const { t } = useTranslation("home");
  return (hour) => {
    const parts = ALL.filter((kind) => hour[kind] > 0).map((kind) => `${hour[kind]} ${t(`kind.${kind}`)}`);
    return `${absolute(hour.start, zone, { seconds: false })}: ${parts.join(", ") || t("quiet")}`;
  };
}

interface BarProps {
  hour: Hour;
  tallest: number;
  deepest: number;
  chosen: boolean;
  now: boolean;
  onChoose: () => void;
}

function Bar({ hour, tallest, deepest, chosen, now, onChoose }: BarProps) {
  const good = GOOD.reduce((sum, kind) => sum + hour[kind], 0);
  return (
    <div className={cx(styles.hour, chosen && styles.chosen, now && styles.now)} onPointerEnter={onChoose} onPointerDown={onChoose}>
      <div className={styles.up}>
        <div className={styles.stack} style={{ height: `${(100 * Math.sqrt(good)) / tallest}%` }}>
          {[...GOOD].reverse().map((kind) => hour[kind] > 0 && <span key={kind} data-state={STATE[kind]} data-kind={kind} style={{ flexGrow: hour[kind] }} />)}
        </div>
      </div>
      <div className={styles.down}>{hour.failed > 0 && <span data-state="failed" style={{ height: `${Math.max(25, (100 * Math.sqrt(hour.failed)) / deepest)}%` }} />}</div>
    </div>
  );
}

function Legend() {
  const { t } = useTranslation("home");
  return (
    <span className={styles.legend} aria-hidden>
      {ALL.map((kind) => (
        <span key={kind}>
          <i data-state={STATE[kind]} data-kind={kind} />
          {t(`kind.${kind}`)}
        </span>
      ))}
    </span>
  );
}

/** The same in a table, for those who hear it. */
function Rows({ hours, zone }: { hours: readonly Hour[]; zone: string }) {
  const { t } = useTranslation("home");
  return (
    <table className="visually-hidden">
      <caption>{t("timeline")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("hour")}</th>
          {ALL.map((kind) => (
            <th key={kind} scope="col">
              {t(`kind.${kind}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {hours.map((hour) => (
          <tr key={hour.start}>
            <th scope="row">{absolute(hour.start, zone, { seconds: false })}</th>
            {ALL.map((kind) => (
              <td key={kind}>{hour[kind]}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

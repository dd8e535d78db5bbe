import { useTranslation } from "react-i18next";

import { useNow } from "@/lib/now";
import { useZone } from "@/lib/preferences";
import { absolute, duration, elapsed, relative } from "@/lib/time";

import { Tooltip } from "./Tooltip";

interface WhenProps {
  at: string | null | undefined;
  /** The zone of the DAG that it is about. */
  dagZone?: string | null | undefined;
  /** "3 minutes ago" instead of the date; the date is in the tooltip. */
  ago?: boolean;
}

/** A moment, in the zone that the viewer chose. */
export function When({ at, dagZone, ago }: WhenProps) {
  const { i18n } = useTranslation();
  const zone = useZone(dagZone);
  const now = useNow(Boolean(ago && at));
  if (!at) return <span className="muted">–</span>;
  const exact = absolute(at, zone);
  const text = ago ? relative(Date.parse(at), now, i18n.language) : exact;
  return (
    <Tooltip text={ago ? `${exact} ${zone}` : zone}>
      <time dateTime={at} className="num">
        {text}
      </time>
    </Tooltip>
  );
}

/** How long something took, or has taken until now. */
export function Took({ start, end }: { start: string | null | undefined; end: string | null | undefined }) {
  const now = useNow(Boolean(start) && !end);
  return <span className="num">{duration(elapsed(start, end, now))}</span>;
}

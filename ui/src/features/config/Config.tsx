import { useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";

import { api, data, type Schemas } from "@/api/client";
import { Bar } from "@/components/Bar";
import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { Empty, Failure, Skeleton } from "@/components/Say";
import { Tooltip } from "@/components/Tooltip";
import { TypedSearch } from "@/components/TypedSearch";
import { blocking } from "@/lib/failure";
import { keys } from "@/lib/keys";
import { asOneOf, asText, type ViewProps } from "@/lib/search";

import styles from "./Config.module.css";
import { find } from "./find";

type Option = Schemas["UIOption"];

const SOURCES = ["file", "environment", "command", "secret", "default"] as const;

/** Every option: what it is, what it is for, and where its value comes from. */
export default function Config({ search, onSearch }: ViewProps) {
  const { t } = useTranslation("config");
  const { data: answer, error, refetch } = useQuery({ queryKey: keys.all("config"), queryFn: () => data(api.GET("/api/tradewind/ui/config")) });
  if (blocking(error, answer)) return <Failure error={error} retry={() => void refetch()} />;
  if (!answer) return <Skeleton lines={10} />;
  if (!answer.exposed) return <Empty title={t("closed")}>{t("closedText")}</Empty>;
  return <Sections sections={answer.sections} search={search} onSearch={onSearch} />;
}

function Sections({ sections, search, onSearch }: ViewProps & { sections: Schemas["UISection"][] }) {
  const { t } = useTranslation("config");
  const id = useId();
  const text = asText(search.q) ?? "";
  const source = asOneOf(search.source, SOURCES);
  const shown = find(sections, text, source);
  const there = new Set(sections.flatMap(({ options }) => options.map(({ source_kind: kind }) => kind)));
  return (
    <>
      <Bar actions={<span className="muted">{t("found", { count: shown.reduce((sum, { options }) => sum + options.length, 0) })}</span>}>
        <TypedSearch className={styles.search} label={t("search")} value={text} onChange={(q) => onSearch({ q: q || undefined })} />
        <span className="muted">{t("only")}</span>
        {SOURCES.filter((kind) => there.has(kind)).map((kind) => (
          <Chip key={kind} on={source === kind} onClick={() => onSearch({ source: source === kind ? undefined : kind })}>
            {t(`source.${kind}`)}
          </Chip>
        ))}
      </Bar>
      {shown.length === 0 && <Empty title={t("nothing")} />}
      {shown.length > 1 && (
        <nav aria-label={t("sections")} className={styles.jump}>
          {shown.map(({ name }) => (
            <a key={name} href={`#${id}${name}`}>
              {name}
            </a>
          ))}
        </nav>
      )}
      {shown.map(({ name, options }) => (
        <div key={name} id={`${id}${name}`} className={styles.section}>
          <Card flush title={<span className={styles.name}>[{name}]</span>}>
            <dl>
              {options.map((option) => (
                <Row key={option.key} option={option} />
              ))}
            </dl>
          </Card>
        </div>
      ))}
    </>
  );
}

const TONES = { default: undefined, file: "accent", environment: "accent", command: "accent", secret: "accent" } as const;

function Row({ option }: { option: Option }) {
  const { t } = useTranslation("config");
  const tone = TONES[option.source_kind];
  return (
    <div className={styles.option}>
      <dt>
        {option.key}
        <small>{option.used ? option.about : t("unused")}</small>
      </dt>
      <dd className={styles.value}>
        <Value option={option} />
      </dd>
      <dd className={styles.from}>
        <Chip {...(tone ? { tone } : {})}>{t(`source.${option.source_kind}`)}</Chip>
        {option.source_kind !== "default" && <small>{option.source.replace(/^(environment|file) /, "")}</small>}
      </dd>
    </div>
  );
}

function Value({ option }: { option: Option }) {
  const { t } = useTranslation("config");
  if (option.value === "") return <span className="muted">{t("empty")}</span>;
  if (!option.masked) return option.value;
  return (
    <Tooltip text={t("secret")}>
      <span className={styles.secret}>
        <KeyRound aria-hidden />
        {option.value}
      </span>
    </Tooltip>
  );
}

import { useQuery } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api, data, type Schemas } from "@/api/client";
import { Bar } from "@/components/Bar";
import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { KeyValues } from "@/components/KeyValues";
import { Empty, Failure, Skeleton } from "@/components/Say";
import { TypedSearch } from "@/components/TypedSearch";
import { blocking } from "@/lib/failure";
import { keys } from "@/lib/keys";
import { asText, type ViewProps } from "@/lib/search";

import styles from "./Providers.module.css";

type Provider = Schemas["UIProvider"];

const KINDS = ["operators", "sensors", "hooks", "triggers", "transfers", "notifications", "decorators", "executors", "secrets"] as const;

/** The installed provider packages, and the modules that each brings. */
export default function Providers({ search, onSearch }: ViewProps) {
  const { t } = useTranslation("providers");
  const text = asText(search.q) ?? "";
  const { data: answer, error, refetch } = useQuery({ queryKey: keys.all("providers"), queryFn: () => data(api.GET("/api/tradewind/ui/providers")) });
  if (blocking(error, answer)) return <Failure error={error} retry={() => void refetch()} />;
  if (!answer) return <Skeleton lines={6} />;
  if (answer.providers.length === 0) return <Empty title={t("nothing.title")}>{t("nothing.text")}</Empty>;
  const shown = answer.providers.filter((one) => JSON.stringify(Object.values(one)).toLowerCase().includes(text.toLowerCase()));
  return (
    <>
      <Bar actions={<span className="muted">{t("found", { count: shown.length })}</span>}>
        <TypedSearch className={styles.search} label={t("search")} value={text} onChange={(q) => onSearch({ q: q || undefined })} />
      </Bar>
      {shown.length === 0 && <Empty title={t("nothing.filtered")} />}
      {shown.map((provider) => (
        <Package key={provider.name} provider={provider} />
      ))}
    </>
  );
}

function Package({ provider }: { provider: Provider }) {
  const { t } = useTranslation("providers");
  const { name, version, description, documentation_url: docs, modules } = provider;
  const title = (
    <span className={styles.title}>
      {name} <Chip>{version}</Chip>
    </span>
  );
  const link = docs && /^https?:/.test(docs) && (
    <a href={docs} target="_blank" rel="noreferrer" className={styles.docs}>
      {t("docs")} <ExternalLink aria-hidden />
    </a>
  );
  const facts = KINDS.filter((kind) => modules[kind]).map((kind) => [t(`kinds.${kind}`), <Modules key={kind} names={modules[kind] ?? []} />] as const);
  return (
    <Card title={title} actions={link}>
      <p className={styles.about}>{description}</p>
      <KeyValues facts={facts} />
    </Card>
  );
}

function Modules({ names }: { names: readonly string[] }) {
  return (
    <span className={styles.modules}>
      {names.map((name) => (
        <span key={name}>{name}</span>
      ))}
    </span>
  );
}

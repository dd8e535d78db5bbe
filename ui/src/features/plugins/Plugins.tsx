import { useQuery } from "@tanstack/react-query";
import { CircleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api, data, type Schemas } from "@/api/client";
import { Card } from "@/components/Card";
import { Code } from "@/components/Code";
import { KeyValues } from "@/components/KeyValues";
import { Empty, Failure, Skeleton } from "@/components/Say";
import { blocking } from "@/lib/failure";
import { keys } from "@/lib/keys";

import styles from "./Plugins.module.css";

type Plugin = Schemas["PluginResponse"];
type Problem = Schemas["PluginImportErrorResponse"];

const MOST = 1000;
const PARTS = ["macros", "listeners", "timetables", "operator_extra_links", "global_operator_extra_links"] as const;

/** The plug-ins and what each brings; first those that cannot be loaded. */
export default function Plugins() {
  const { t } = useTranslation("plugins");
  const plugins = useQuery({ queryKey: keys.all("plugins"), queryFn: () => data(api.GET("/api/v2/plugins", { params: { query: { limit: MOST } } })) });
  const problems = useQuery({ queryKey: keys.all("plugins", "problems"), queryFn: () => data(api.GET("/api/v2/plugins/importErrors")) });
  const error = blocking(plugins.error, plugins.data) ?? blocking(problems.error, problems.data);
  if (error) return <Failure error={error} retry={() => void Promise.all([plugins.refetch(), problems.refetch()])} />;
  if (!plugins.data || !problems.data) return <Skeleton lines={6} />;
  const { plugins: found } = plugins.data;
  const { import_errors: broken } = problems.data;
  return (
    <div className={styles.cards}>
      {broken.length > 0 && <Broken problems={broken} />}
      {found.length + broken.length === 0 && <Empty title={t("none")}>{t("noneText")}</Empty>}
      {found.map((plugin) => (
        <One key={plugin.source + plugin.name} plugin={plugin} />
      ))}
    </div>
  );
}

function Broken({ problems }: { problems: readonly Problem[] }) {
  const { t } = useTranslation("plugins");
  const title = (
    <span className={styles.bad}>
      <CircleAlert aria-hidden />
      {t("broken", { count: problems.length })}
    </span>
  );
  return (
    <Card title={title}>
      <p className="muted">{t("brokenText")}</p>
      {problems.map(({ source, error }) => (
        <section key={source} className={styles.problem}>
          <h3>{source}</h3>
          <Code text={error} wrap height="16rem" />
        </section>
      ))}
    </Card>
  );
}

function One({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation("plugins");
  const parts = PARTS.filter((part) => plugin[part].length > 0).map((part) => [t(`parts.${part}`), <Names key={part} names={plugin[part]} />] as const);
  return (
    <Card title={plugin.name}>
      <KeyValues facts={[[t("source"), <code key="source">{plugin.source}</code>], ...parts]} />
      {parts.length === 0 && <p className="muted">{t("nothing")}</p>}
    </Card>
  );
}

function Names({ names }: { names: readonly string[] }) {
  return (
    <span className={styles.names}>
      {names.map((name) => (
        <span key={name}>{name}</span>
      ))}
    </span>
  );
}

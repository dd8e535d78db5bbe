import { useNavigate } from "@tanstack/react-router";
import { EllipsisVertical, Play, RefreshCw, Star, StarOff, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type Schemas } from "@/api/client";
import { Button, IconButton } from "@/components/Button";
import { Confirm } from "@/components/Dialog";
import { Field, TextInput } from "@/components/Fields";
import { Menu, type MenuItem } from "@/components/Menu";
import { useSay } from "@/components/Toasts";
import { useMe } from "@/lib/me";

import { Pause } from "./Pause";
import { useDelete, useFavourite, useParse } from "./useDags";

type DagDetails = Schemas["DAGDetailsResponse"];

/** What can be done to a DAG as a whole. */
export function DagActions({ dag, onTrigger }: { dag: DagDetails; onTrigger: () => void }) {
  const { t } = useTranslation("dags");
  const { may } = useMe();
  const [deleting, setDeleting] = useState(false);
  const items = useItems(dag, () => setDeleting(true));
  return (
    <>
      <Pause dag={dag} words />
      {may("run", "create") && (
        <Button kind="primary" icon={<Play />} onClick={onTrigger}>
          {t("trigger")}
        </Button>
      )}
      <Menu
        label={t("more")}
        trigger={
          <IconButton label={t("more")}>
            <EllipsisVertical />
          </IconButton>
        }
        items={items}
      />
      {deleting && <Delete dag={dag} onClose={() => setDeleting(false)} />}
    </>
  );
}

function useItems(dag: DagDetails, onDelete: () => void): (MenuItem | null)[] {
  const { t } = useTranslation("dags");
  const { may } = useMe();
  const say = useSay();
  const favourite = useFavourite();
  const parse = useParse();
  const on = dag.is_favorite;
  return [
    {
      label: t(on ? "unmark" : "mark"),
      icon: on ? <StarOff /> : <Star />,
      onSelect: () => favourite.mutate({ dagId: dag.dag_id, on: !on }, { onError: say.failed }),
    },
    ...(may("dag", "edit")
      ? [
          {
            label: t("parse"),
            icon: <RefreshCw />,
            onSelect: () => parse.mutate(dag.file_token, { onSuccess: () => say.done(t("parsing"), dag.relative_fileloc ?? dag.fileloc), onError: say.failed }),
          },
        ]
      : []),
    ...(may("dag", "delete") ? [null, { label: t("delete.verb"), icon: <Trash2 />, danger: true, onSelect: onDelete }] : []),
  ];
}

/** Asks for the DAG's id before all of its history goes. */
function Delete({ dag, onClose }: { dag: DagDetails; onClose: () => void }) {
  const { t } = useTranslation("dags");
  const [typed, setTyped] = useState("");
  const say = useSay();
  const navigate = useNavigate();
  const remove = useDelete();
  const go = () =>
    remove.mutate(dag.dag_id, {
      onSuccess: () => {
        say.done(t("delete.done", { dag: dag.dag_id }));
        void navigate({ to: "/dags" });
      },
      onError: say.failed,
    });
  return (
    <Confirm
      open
      onClose={onClose}
      onConfirm={() => typed === dag.dag_id && go()}
      title={t("delete.title", { dag: dag.dag_id })}
      description={t("delete.text")}
      verb={t("delete.verb")}
      dangerous
      busy={remove.isPending || typed !== dag.dag_id}
    >
      <Field label={t("delete.type", { dag: dag.dag_id })}>
        {(ids) => <TextInput {...ids} value={typed} autoComplete="off" spellCheck={false} onChange={(event) => setTyped(event.target.value)} />}
      </Field>
    </Confirm>
  );
}

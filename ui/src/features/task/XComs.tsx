import { Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button, IconButton } from "@/components/Button";
import { Card } from "@/components/Card";
import { Copy } from "@/components/Copy";
import { Confirm } from "@/components/Dialog";
import { Field, TextArea, TextInput } from "@/components/Fields";
import { Empty, Failure, Skeleton } from "@/components/Say";
import { useSay } from "@/components/Toasts";
import { Value } from "@/components/Value";
import { When } from "@/components/When";
import { blocking } from "@/lib/failure";
import { useMe } from "@/lib/me";

import styles from "./task.module.css";
import { type TaskKey } from "./useTaskInstance";
import { useChangeXCom, useXCom, useXComs } from "./useXComs";

/** What the task instance left for others. */
export function XComs({ of }: { of: TaskKey }) {
  const { t } = useTranslation("task");
  const { may } = useMe();
  const [adding, setAdding] = useState(false);
  const { data, error, refetch } = useXComs(of);
  if (blocking(error, data)) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton lines={6} />;
  return (
    <div className={styles.stack}>
      {data.xcom_entries.length === 0 && <Empty title={t("xcoms.none")}>{t("xcoms.noneText")}</Empty>}
      {data.xcom_entries.map((entry) => (
        <Entry key={entry.key} of={of} name={entry.key} at={entry.timestamp} />
      ))}
      {may("xcom", "create") && (
        <div>
          <Button icon={<Plus />} onClick={() => setAdding(true)}>
            {t("xcoms.add")}
          </Button>
        </div>
      )}
      {adding && <XComDialog of={of} onClose={() => setAdding(false)} />}
    </div>
  );
}

function Entry({ of, name, at }: { of: TaskKey; name: string; at: string }) {
  const { t } = useTranslation("task");
  const { may } = useMe();
  const say = useSay();
  const { data, error } = useXCom(of, name);
  const [open, setOpen] = useState<"edit" | "delete">();
  const change = useChangeXCom(of);
  const close = () => setOpen(undefined);
  const text = data ? JSON.stringify(data.value, null, 2) : "";
  return (
    <Card
      title={<span className={styles.mono}>{name}</span>}
      actions={
        <>
          <span className="muted">
            <When at={at} ago />
          </span>
          {data && <Copy text={text} />}
          {may("xcom", "edit") && (
            <IconButton label={t("xcoms.edit", { name })} disabled={!data} onClick={() => setOpen("edit")}>
              <Pencil />
            </IconButton>
          )}
          {may("xcom", "delete") && (
            <IconButton label={t("xcoms.delete", { name })} onClick={() => setOpen("delete")}>
              <Trash2 />
            </IconButton>
          )}
        </>
      }
    >
      {blocking(error, data) ? <Failure error={error} /> : data ? <Value value={data.value} /> : <Skeleton lines={2} />}
      {open === "edit" && <XComDialog of={of} name={name} text={text} onClose={close} />}
      <Confirm
        open={open === "delete"}
        onClose={close}
        onConfirm={() => change.mutate({ kind: "delete", name }, { onSuccess: close, onError: say.failed })}
        title={t("xcoms.delete", { name })}
        description={t("xcoms.deleteText")}
        verb={t("delete", { ns: "common" })}
        dangerous
        busy={change.isPending}
      />
    </Card>
  );
}

function XComDialog({ of, name, text = "", onClose }: { of: TaskKey; name?: string; text?: string; onClose: () => void }) {
  const { t } = useTranslation("task");
  const say = useSay();
  const change = useChangeXCom(of);
  const [key, setKey] = useState(name ?? "");
  const [typed, setTyped] = useState(text);
  const [wrong, setWrong] = useState<string>();
  const act = () => {
    let value: unknown;
    try {
      value = JSON.parse(typed);
    } catch (error) {
      setWrong(t("notJson", { why: error instanceof Error ? error.message : "" }));
      return;
    }
    change.mutate({ kind: name === undefined ? "create" : "edit", name: key, value }, { onSuccess: onClose, onError: say.failed });
  };
  return (
    <Confirm open onClose={onClose} onConfirm={act} title={name === undefined ? t("xcoms.add") : t("xcoms.edit", { name })} description={t("xcoms.editText")} verb={t("save", { ns: "common" })} busy={change.isPending || key === ""}>
      {name === undefined && <Field label={t("xcoms.key")} required>{(ids) => <TextInput {...ids} value={key} onChange={(event) => setKey(event.target.value)} />}</Field>}
      <Field label={t("xcoms.value")} help={t("xcoms.valueHelp")} error={wrong} required>
        {(ids) => <TextArea {...ids} rows={10} spellCheck={false} className={styles.mono} value={typed} onChange={(event) => { setTyped(event.target.value); setWrong(undefined); }} />}
      </Field>
    </Confirm>
  );
}

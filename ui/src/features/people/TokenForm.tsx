import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/components/Button";
import { Field, Select, TextInput } from "@/components/Fields";
import { FieldRow, FormDialog } from "@/components/FormDialog";
import { Chosen, PickChips } from "@/components/Picks";

import styles from "./Matrix.module.css";
import { ACTIONS } from "./rights";
import { useDeed, useRoleNames } from "./usePeople";
import { createToken, type NewToken } from "./useTokens";

const LIFETIMES = ["1d", "7d", "30d", "90d", "365d"];

interface TokenFormProps {
  accounts: readonly string[];
  account: string | undefined;
  onClose: () => void;
  onMade: (token: NewToken) => void;
}

/** Whose the new token is, what it may do, and until when. */
export function TokenForm({ accounts, account, onClose, onMade }: TokenFormProps) {
  const { t } = useTranslation("people");
  const names = useRoleNames();
  const [whose, setWhose] = useState(account ?? accounts[0] ?? "");
  const [roles, setRoles] = useState<string[]>([]);
  const [single, setSingle] = useState<string[]>([]);
  const [expires, setExpires] = useState("30d");
  const create = useDeed(createToken);
  const scopes = [...roles, ...single];
  const save = () => create.mutate({ account: whose, scopes, expires }, { onSuccess: onMade });
  return (
    <FormDialog title={t("tokens.create")} verb={t("create", { ns: "common" })} onSave={save} onClose={onClose} busy={create.isPending} ready={whose !== "" && scopes.length > 0} error={create.error}>
      <FieldRow>
        <Field label={t("tokens.account")}>
          {(ids) => <Select {...ids} choices={accounts.map((value) => ({ value, label: value }))} value={whose} onChange={(event) => setWhose(event.target.value)} />}
        </Field>
        <Field label={t("tokens.lifetime")}>
          {(ids) => <Select {...ids} choices={LIFETIMES.map((value) => ({ value, label: t(`tokens.for.${value}`) }))} value={expires} onChange={(event) => setExpires(event.target.value)} />}
        </Field>
      </FieldRow>
      <PickChips label={t("tokens.roles")} all={names} chosen={roles} onChange={setRoles} help={t("tokens.rolesHelp")} />
      <SingleRights chosen={single} onChange={setSingle} />
    </FormDialog>
  );
}

/** Rights one by one, as `can_read:DAG:etl`. */
function SingleRights({ chosen, onChange }: { chosen: readonly string[]; onChange: (chosen: string[]) => void }) {
  const { t } = useTranslation("people");
  const [action, setAction] = useState<string>(ACTIONS[0]);
  const [resource, setResource] = useState("");
  const add = () => {
    onChange([...new Set([...chosen, `${action}:${resource.trim()}`])]);
    setResource("");
  };
  return (
    <>
      <div className={styles.add} role="group" aria-label={t("tokens.single")}>
        <Field label={t("tokens.singleAction")}>
          {(ids) => <Select {...ids} choices={ACTIONS.map((value) => ({ value, label: t(`roles.action.${value}`) }))} value={action} onChange={(event) => setAction(event.target.value)} />}
        </Field>
        <Field label={t("tokens.singleResource")}>
          {(ids) => (
            <TextInput
              {...ids}
              autoComplete="off"
              value={resource}
              onChange={(event) => setResource(event.target.value)}
              onKeyDown={(event) => {
                if (event.key !== "Enter" || !resource.trim()) return;
                event.preventDefault();
                add();
              }}
            />
          )}
        </Field>
        <Button icon={<Plus />} disabled={!resource.trim()} onClick={add}>
          {t("tokens.addSingle")}
        </Button>
      </div>
      <p className="muted">{t("tokens.singleHelp")}</p>
      {chosen.length > 0 && <Chosen label={t("tokens.single")} items={chosen} onRemove={(item) => onChange(chosen.filter((one) => one !== item))} />}
    </>
  );
}

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Checkbox, Field, TextInput } from "@/components/Fields";
import { LateSearch } from "@/components/Filters";
import { FormDialog } from "@/components/FormDialog";
import { Chosen, PickChips } from "@/components/Picks";
import { useSay } from "@/components/Toasts";

import styles from "./People.module.css";
import { changeGroup, createGroup, type Group, useDeed, useRoleNames, useUsers } from "./usePeople";

/** What is chosen for a new group, or for one that there is (`group`). */
export function GroupForm({ group, onClose }: { group?: Group; onClose: () => void }) {
  const { t } = useTranslation("people");
  const say = useSay();
  const roles = useRoleNames();
  const [wish, setWish] = useState<Group>(group ?? { name: "", roles: [], users: [] });
  const create = useDeed(createGroup);
  const change = useDeed(changeGroup);
  const save = () =>
    (group ? change : create).mutate(wish, {
      onSuccess: () => {
        say.done(t(group ? "groups.changed" : "groups.created", { name: wish.name }));
        onClose();
      },
    });
  return (
    <FormDialog
      title={group ? t("groups.edit", { name: group.name }) : t("groups.create")}
      verb={t(group ? "save" : "create", { ns: "common" })}
      onSave={save}
      onClose={onClose}
      busy={create.isPending || change.isPending}
      ready={wish.name.trim() !== ""}
      error={create.error ?? change.error}
    >
      {!group && (
        <Field label={t("groups.name")} required>
          {(ids) => <TextInput {...ids} autoComplete="off" required value={wish.name} onChange={(event) => setWish({ ...wish, name: event.target.value })} />}
        </Field>
      )}
      <PickChips label={t("users.roles")} all={roles} chosen={wish.roles} onChange={(chosen) => setWish({ ...wish, roles: chosen })} help={t("groups.rolesHelp")} />
      <Members chosen={wish.users} onChange={(users) => setWish({ ...wish, users })} />
    </FormDialog>
  );
}

/** Who is in the group, and others who are found by what is typed. */
function Members({ chosen, onChange }: { chosen: readonly string[]; onChange: (users: string[]) => void }) {
  const { t } = useTranslation("people");
  const [text, setText] = useState<string>();
  const { data } = useUsers(text);
  const found = data?.pages[0]?.users.filter(({ source }) => source !== "configuration") ?? [];
  const without = (name: string) => chosen.filter((one) => one !== name);
  return (
    <section className={styles.members} aria-label={t("groups.members")}>
      <h3>{t("groups.count", { count: chosen.length })}</h3>
      <Chosen label={t("groups.members")} items={chosen} onRemove={(name) => onChange(without(name))} />
      <LateSearch label={t("groups.searchUsers")} value={text} onChange={setText} />
      <div className={styles.found}>
        {found.map(({ username }) => (
          <Checkbox
            key={username}
            label={username}
            checked={chosen.includes(username)}
            onChange={(event) => onChange(event.target.checked ? [...chosen, username] : without(username))}
          />
        ))}
        {data && found.length === 0 && <p className={styles.about}>{t("users.noneFits")}</p>}
      </div>
    </section>
  );
}

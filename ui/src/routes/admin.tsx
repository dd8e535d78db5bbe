import { Link, Outlet, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Page } from "@/components/Page";
import { useMe } from "@/lib/me";

import styles from "./admin/admin.module.css";
import { type AdminPageName, GROUPS, isAdminPage, PAGES } from "./admin/pages";
import { NotFound } from "./not-found";

/** `/admin/…`: the pages of administration, side by side with their list. */
export default function AdminPage() {
  const { t } = useTranslation("admin");
  const { page } = useParams({ strict: false });
  if (page === undefined) return <Outlet />;
  if (!isAdminPage(page)) return <NotFound />;
  return (
    <Page title={t(`pages.${page}.title`)} summary={t(`pages.${page}.summary`)}>
      <div className={styles.admin}>
        <nav aria-label={t("pagesOf")} className={styles.nav}>
          {Object.entries(GROUPS).map(([group, pages]) => (
            <Group key={group} name={t(`groups.${group}`)} pages={pages} />
          ))}
        </nav>
        <div className={styles.view}>
          <Outlet />
        </div>
      </div>
    </Page>
  );
}

/** Pages that the viewer may not read are not offered. */
function Group({ name, pages }: { name: string; pages: readonly AdminPageName[] }) {
  const { t } = useTranslation("admin");
  const { may } = useMe();
  const shown = pages.filter((page) => may(PAGES[page].wants, "read"));
  if (shown.length === 0) return null;
  return (
    <section aria-label={name} className={styles.group}>
      <h2>{name}</h2>
      <ul>
        {shown.map((page) => (
          <li key={page}>
            <Link to="/admin/$page" params={{ page }} activeOptions={{ includeSearch: false }} activeProps={{ "aria-current": "page" }}>
              {t(`pages.${page}.title`)}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

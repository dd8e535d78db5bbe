import { Link, type LinkProps } from "@tanstack/react-router";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";

export interface Crumb {
  label: string;
  link: LinkProps;
}

/** Where this page is: the way from the top to it. */
export function Crumbs({ way }: { way: readonly Crumb[] }) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t("crumbs")}>
      {way.map(({ label, link }, place) => (
        <Fragment key={label + String(place)}>
          {place > 0 && <span aria-hidden> / </span>}
          <Link {...link}>{label}</Link>
        </Fragment>
      ))}
    </nav>
  );
}

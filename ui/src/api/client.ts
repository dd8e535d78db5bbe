/** The one way to the server: typed by our OpenAPI document, errors as `ApiError`. */
import createClient, { type Middleware } from "openapi-fetch";

import { prefix } from "@/lib/address";

import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** What the server answered instead of what was asked for (a problem of RFC 9457). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    message: string,
    /** Messages by the field that they are about. */
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = "ApiError";
  }
}

interface Problem {
  title?: unknown;
  detail?: unknown;
  errors?: unknown;
}

/** The error that an answer of 400 or more stands for. */
export function errorOf(status: number, body: unknown): ApiError {
  const problem: Problem = typeof body === "object" && body !== null ? body : {};
  const title = typeof problem.title === "string" ? problem.title : `HTTP ${status}`;
  const list = Array.isArray(problem.detail) ? (problem.detail as { loc?: (string | number)[]; msg?: string }[]) : [];
  const fields: Record<string, string> = {};
  for (const { loc, msg } of list) fields[String(loc?.at(-1) ?? "")] = msg ?? "";
  const texts = Object.entries(fields).map(([field, text]) => (field ? `${field}: ${text}` : text));
  const detail = typeof problem.detail === "string" ? problem.detail : texts.join("\n");
  return new ApiError(status, title, detail || title, fields);
}

function toLogin(): void {
  const here = location.pathname + location.search + location.hash;
  location.assign(`${prefix()}/login?next=${encodeURIComponent(here)}`);
}

const problems: Middleware = {
  async onResponse({ response }) {
    if (response.ok) return;
    if (response.status === 401) toLogin();
    const text = await response.text();
    let body: unknown = text;
    try {
      body = JSON.parse(text);
    } catch {
      // Something between us and the server answered, with no problem document.
    }
    throw errorOf(response.status, body);
  },
};

export const api = createClient<paths>({
  baseUrl: prefix() || location.origin,
  querySerializer: { array: { style: "form", explode: true } },
});
api.use(problems);

/** The data of an answer; `throw`s ApiError, so that there is always some. */
export async function data<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, data, type Schemas } from "@/api/client";
import { keys } from "@/lib/keys";
import { useMe } from "@/lib/me";

export type Webhook = Schemas["WebhookResponse"];
export type NewWebhook = Schemas["WebhookBody"];
export type Secret = Schemas["WebhookSecretResponse"];

const SUGGESTED = 20;
const DELIVERIES = 50;

export function useWebhooks() {
  return useQuery({ queryKey: keys.all("users", "webhooks"), queryFn: () => data(api.GET("/api/tradewind/webhooks")), select: (answer) => answer.webhooks });
}

/** A change to webhooks, after which they are asked again. */
export function useDeed<Given, Answer>(work: (given: Given) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: work, onSettled: () => client.invalidateQueries({ queryKey: keys.all("users", "webhooks") }) });
}

export const createWebhook = (body: NewWebhook) => data(api.POST("/api/tradewind/webhooks", { body }));

export const deleteWebhook = (name: string) => data(api.DELETE("/api/tradewind/webhooks/{webhook_name}", { params: { path: { webhook_name: name } } }));

/** Another secret: the one that is given, or (null) a new one, which is told. */
export const changeSecret = ({ name, secret }: { name: string; secret: string | null }) =>
  data(api.POST("/api/tradewind/webhooks/{webhook_name}/secret", { params: { path: { webhook_name: name } }, body: { secret } }));

/** What a webhook did lately: the audit log notes it under its name. */
export function useDeliveries(name: string) {
  const { may } = useMe();
  return useQuery({
    queryKey: keys.all("audit", "webhook", name),
    queryFn: () => data(api.GET("/api/v2/eventLogs", { params: { query: { owner: `webhook:${name}`, limit: DELIVERIES, order_by: ["-when"] } } })),
    enabled: may("audit", "read"),
  });
}

/** Ids of DAGs that have that text in them. */
export function useDagIds(text: string) {
  return useQuery({
    queryKey: keys.all("dags", "ids", text),
    queryFn: () => data(api.GET("/api/v2/dags", { params: { query: { limit: SUGGESTED, dag_id_pattern: `%${text}%`, order_by: ["dag_id"] } } })),
    select: (answer) => answer.dags.map(({ dag_id }) => dag_id),
  });
}

/** Assets that have that text in their names. */
export function useAssets(text: string) {
  return useQuery({
    queryKey: keys.all("assets", "names", text),
    queryFn: () => data(api.GET("/api/v2/assets", { params: { query: { limit: SUGGESTED, name_pattern: `%${text}%`, order_by: ["name"] } } })),
    select: (answer) => answer.assets.map(({ id, name }) => ({ id, name })),
  });
}

export { NotFound as default } from "@/routes/not-found";

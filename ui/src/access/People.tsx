import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useFilter } from "../address/useFilter";
import { timeOfDay } from "../format/time";
import { ActForm } from "../form/ActForm";
import { Chip } from "../parts/Chip";
import { CallError } from "../parts/ErrorPanel";
import { Choice, Field, FilterField, INPUT } from "../form/Field";
import { Loaded } from "../parts/Loaded";
import { Confirm, Modal } from "../form/Modal";
import { Empty } from "../parts/Page";
import { Plain } from "../parts/Plain";
import { useAct } from "../form/useAct";
import type { Contact, ContactsListResult, Entity, PermissionRequest, SenderRef, Whom } from "../rpc/protocol";
import { byCall, type Resource } from "../store/resource";
import { useResource, useSelect, useStore } from "../store/react";
import { t } from "../text/text";

const PAGE_LEN = 100;
/** Most pages that are read one after another. */
const PAGES_MAX = 20;

function contacts(unknownOnly: boolean, nPages: number): Resource<ContactsListResult> {
  const load: Resource<ContactsListResult>["load"] = async (client) => {
    const all: Contact[] = [];
    let page: ContactsListResult = { contacts: [], hasMore: true };
    for (let n = 0; n < nPages && page.hasMore; n++) {
      const last = all.at(-1);
      const after = last ? senderOf(last) : null;
      page = await client.call("contacts.list", { unknownOnly, limit: PAGE_LEN, after });
      all.push(...page.contacts);
    }
    return { contacts: all, hasMore: page.hasMore };
  };
  const isTouched = byCall(/^contacts\./, /^(contact\.|nex\.request\.started|permission\.re)/);
  return { key: `contacts.list ${unknownOnly} ${nPages}`, load, isTouched };
}

function senderOf({ channel, sender_id }: Contact): SenderRef {
  return { channel, senderId: sender_id };
}

export default function People() {
  const store = useStore();
  const [{ q: filter, unknown }, change] = useFilter({ q: "", unknown: "" });
  const unknownOnly = unknown !== "";
  const [nPages, setPages] = useState(1);
  const resource = contacts(unknownOnly, nPages);
  const list = useResource(resource);
  const matches = ({ channel, sender_id, name, belongs_to }: Contact) =>
    [channel, sender_id, name, belongs_to?.entity.name].join(" ").toLowerCase().includes(filter.toLowerCase());
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <FilterField label={t("people.filter")} value={filter} onChange={(q) => change({ q })} />
        <label className="flex min-h-8 items-center gap-2 text-sm">
          <input type="checkbox" checked={unknownOnly} onChange={(event) => change({ unknown: event.target.checked ? "1" : "" })} />
          {t("people.unknownOnly")}
        </label>
      </div>
      <Loaded of={list} onRetry={() => store.resources.reload(resource.key)}>
        {({ contacts: all, hasMore }) => {
          const shown = all.filter(matches);
          if (all.length === 0) return <Empty>{t("people.empty")}</Empty>;
          if (shown.length === 0) return <Empty>{t("page.none", { filter })}</Empty>;
          const known = new Map(all.flatMap(({ belongs_to }) => (belongs_to ? [[belongs_to.entity.id, belongs_to.entity]] : [])));
          return (
            <>
              <ul className="card divide-y divide-line py-1">
                {shown.map((contact) => (
                  <Row
                    key={`${contact.channel}:${contact.sender_id}`}
                    contact={contact}
                    people={[...known.values()].filter(({ is_owner }) => !is_owner)}
                    reload={() => store.resources.reload("contacts.")}
                  />
                ))}
              </ul>
              {hasMore && nPages < PAGES_MAX && (
                <button type="button" className="btn self-start" onClick={() => setPages(nPages + 1)}>
                  {t("page.more")}
                </button>
              )}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function questionOf(permissions: Record<string, PermissionRequest>, contact: Contact): PermissionRequest | undefined {
  return Object.values(permissions).find(
    ({ status, sender }) => status === "pending" && sender?.channel === contact.channel && sender.sender_id === contact.sender_id,
  );
}

function Row({ contact, people, reload }: { contact: Contact; people: Entity[]; reload: () => void }) {
  const { channel, sender_id, name, n_seen, last_seen, belongs_to } = contact;
  const store = useStore();
  const act = useAct();
  const question = useSelect((state) => questionOf(state.permissions, contact));
  const [open, setOpen] = useState<"link" | "unlink">();
  const sender = senderOf(contact);
  const id = `${channel}:${sender_id}`;
  const entity = belongs_to?.entity;
  const isGuess = belongs_to !== undefined && belongs_to !== null && belongs_to.kind !== "confirmed";
  const unlink = () => {
    setOpen(undefined);
    void act.run("unlink", () => store.client.call("contacts.unlink", { sender }), t("people.unlinked")).then(reload);
  };
  const confirm = () =>
    void act.run("confirm", () => store.client.call("contacts.confirm", { sender }), t("people.confirmed")).then(reload);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1.5 py-2.5" data-contact={id}>
      <div className="grid min-w-56 grow basis-0 gap-0.5">
        <span className="flex flex-wrap items-center gap-2" data-row tabIndex={-1}>
          <span className="font-semibold wrap-anywhere">
            <Plain text={entity?.name ?? name ?? sender_id} max={120} />
          </span>
          {!entity && <Chip tone="warn">{t("people.unknown")}</Chip>}
          {entity && <Chip tone={isGuess ? "warn" : "ok"}>{t(isGuess ? "people.guess" : entity.is_owner ? "people.owner" : "people.known")}</Chip>}
          {question && (
            <Link to="/approvals/$id" params={{ id: question.id }} className="text-sm text-ask-text">
              {t("people.waits")}
            </Link>
          )}
        </span>
        <span className="font-mono text-code wrap-anywhere text-text-2">
          <Plain text={id} max={200} />
        </span>
        <span className="text-sm text-text-2">{t("people.seen", { n: n_seen, time: timeOfDay(last_seen) })}</span>
      </div>
      <div className="flex flex-wrap gap-2">
        {isGuess && (
          <button type="button" className="btn" disabled={act.isBlocked} onClick={confirm}>
            {t("people.confirm")}
          </button>
        )}
        <button type="button" className="btn" disabled={act.isBlocked} onClick={() => setOpen("link")}>
          {t("people.link")}
        </button>
        {entity && (
          <button type="button" className="btn" disabled={act.isBlocked} onClick={() => setOpen("unlink")}>
            {t("people.unlink")}
          </button>
        )}
      </div>
      {act.error && <CallError error={act.error} what={act.error.message} />}
      {open === "link" && (
        <LinkDialog id={id} sender={sender} people={people} given={name ?? ""} onClose={() => setOpen(undefined)} onDone={reload} />
      )}
      <Confirm
        title={t("people.unlinkTitle", { sender: id })}
        text={t("people.unlinkText")}
        action={t("people.unlink")}
        isOpen={open === "unlink"}
        isBlocked={act.isBlocked}
        onConfirm={unlink}
        onClose={() => setOpen(undefined)}
      />
    </li>
  );
}

interface LinkProps {
  id: string;
  sender: SenderRef;
  people: Entity[];
  given: string;
  onClose: () => void;
  onDone: () => void;
}

function LinkDialog({ id, sender, people, given, onClose, onDone }: LinkProps) {
  const store = useStore();
  const act = useAct();
  const [whom, setWhom] = useState<"new" | "person" | "owner">("new");
  const [name, setName] = useState(given);
  const [person, setPerson] = useState(people[0]?.id ?? "");
  const save = async () => {
    const to: Whom = whom === "owner" ? "owner" : whom === "person" ? { person } : { new: { name } };
    const isDone = await act.run("link", () => store.client.call("contacts.link", { sender, whom: to }), t("people.linked"));
    if (!isDone) return;
    onDone();
    onClose();
  };
  const options: (readonly ["new" | "person" | "owner", string])[] = [["new", t("people.linkNew")]];
  if (people.length > 0) options.push(["person", t("people.linkPerson")]);
  options.push(["owner", t("people.linkMe")]);
  return (
    <Modal title={t("people.linkTitle", { sender: id })} isOpen onClose={onClose}>
      <ActForm act={act} action={t("people.linkNow")} onSubmit={() => void save()} onCancel={onClose}>
        <Choice label={t("people.link")} value={whom} options={options} onChange={setWhom} />
        {whom === "new" && (
          <Field label={t("people.name")} help={t("people.nameHelp")}>
            <input className={INPUT} required value={name} onChange={(event) => setName(event.target.value)} />
          </Field>
        )}
        {whom === "person" && (
          <Choice
            label={t("people.person")}
            value={person}
            options={people.map((each) => [each.id, `${each.name} (${each.id})`] as const)}
            onChange={setPerson}
          />
        )}
        {whom === "owner" && <p className="text-sm font-medium text-danger-text">{t("people.ownerWarning")}</p>}
      </ActForm>
    </Modal>
  );
}

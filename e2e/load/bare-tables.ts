import type { Client } from 'pg'

/**
 * Makes the tables of the bare SQL of a send, for messaging's role: a message and an event as the product has them, with
 * the indexes without which neither could be read (by id and by conversation, by number). No other index of messages, no
 * partition, no row-level security, no trigger, and nothing tidies up while others are measured.
 */
export async function makeBareTables(database: Client): Promise<void> {
  await database.query(`
    CREATE SCHEMA bare;
    CREATE TABLE bare.head (org_id integer PRIMARY KEY, seq bigint NOT NULL)
      WITH (fillfactor = 50, autovacuum_enabled = off);
    INSERT INTO bare.head VALUES (1, 0);
    CREATE TABLE bare.messages (
      org_id integer NOT NULL, message_id bigint NOT NULL, recipient_id integer NOT NULL, sender_id integer NOT NULL,
      topic text NOT NULL, content text NOT NULL, rendered text NOT NULL, client text NOT NULL,
      sent_at timestamptz NOT NULL, sender_read boolean NOT NULL,
      PRIMARY KEY (org_id, message_id)
    ) WITH (autovacuum_enabled = off);
    CREATE INDEX ON bare.messages (org_id, recipient_id, message_id);
    CREATE TABLE bare.log (
      org_id integer NOT NULL, seq bigint NOT NULL, at timestamptz NOT NULL, type text NOT NULL, body json NOT NULL,
      user_ids integer[] NOT NULL, channel_id integer, rights_after bigint NOT NULL, revokes boolean NOT NULL,
      PRIMARY KEY (org_id, seq)
    ) WITH (autovacuum_enabled = off);
    GRANT USAGE ON SCHEMA bare TO svc_messaging;
    GRANT SELECT, UPDATE ON bare.head TO svc_messaging;
    GRANT SELECT, INSERT ON bare.messages, bare.log TO svc_messaging`)
}

/** Nothing of what was written stays in memory that the product shares. */
export const emptyBareTables = async (database: Client): Promise<void> => {
  await database.query('TRUNCATE bare.messages, bare.log')
}

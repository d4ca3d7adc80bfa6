import type { Organisation, TestNetwork } from '@parley/testkit'

/**
 * From here on the organisation's log takes nothing, so whatever would be written is not. @returns how often something
 * was to be written, counted past every rollback
 */
export async function closeLog(
  { database }: TestNetwork,
  place: Organisation,
): Promise<() => Promise<number>> {
  await database.superuser('CREATE SEQUENCE public.refused_writes MINVALUE 0 START 0')
  await database.superuser(
    `CREATE FUNCTION public.refuse_write() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
     BEGIN
       PERFORM nextval('public.refused_writes');
       RAISE EXCEPTION 'this log is closed' USING ERRCODE = 'PR999';
     END $$`,
  )
  await database.superuser(
    `CREATE TRIGGER closed BEFORE UPDATE ON events.head FOR EACH ROW WHEN (OLD.org_id = ${place.id})
     EXECUTE FUNCTION public.refuse_write()`,
  )
  return async () => {
    const [row] = await database.superuser('SELECT last_value, is_called FROM public.refused_writes')
    return row?.['is_called'] === true ? Number(row['last_value']) + 1 : 0
  }
}

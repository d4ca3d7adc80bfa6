-- 0781 wrote the function anew, without this setting of 0763.
ALTER FUNCTION messaging.send_facts(integer, jsonb) SET plan_cache_mode = force_generic_plan;

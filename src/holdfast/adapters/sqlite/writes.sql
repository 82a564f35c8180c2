-- name: insert_name
INSERT INTO names (tenant, kind, name) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING

-- name: insert_home
INSERT INTO homes (tenant_key, user_key, agent_key) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING

-- name: home_key
SELECT key FROM homes WHERE tenant_key = ?1 AND user_key = ?2 AND agent_key = ?3

-- name: insert_scope
INSERT INTO scopes (home_key, session_key) VALUES (?1, ?2) RETURNING key

-- name: insert_episode
INSERT INTO episodes (id, scope_key, created_at, metadata) VALUES (?1, ?2, ?3, ?4) RETURNING key

-- name: episode_by_id
SELECT key FROM episodes WHERE id = ?1

-- name: is_held
SELECT 1 FROM memory_sources AS held JOIN memories ON memories.key = held.memory_key
WHERE held.episode_key = ?1 AND held.position = ?2 AND held.taken_off_at IS NULL
AND memories.origin <> 'derived' AND memories.expired_at IS NULL LIMIT 1

-- name: insert_message
INSERT INTO messages (episode_key, position, role, name, message_id, at, content, origin)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)

-- name: insert_memory
INSERT INTO memories (
    id, scope_key, home_key, thread, kind, tier, state, origin, trust, importance, speaker, text, metadata,
    version, valid_at, invalid_at, created_at, updated_at, expired_at, expires_at, accessed_at, access_count,
    useful_count, useless_count, fingerprint, slot, subject, attribute, value, is_single, extractor,
    wording
)
VALUES (
    ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,
    ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32
)

-- name: insert_source
INSERT INTO memory_sources (memory_key, episode_key, position) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING

-- name: stamp_memory
UPDATE memories SET stamp = stamp + 1 WHERE key = ?1

-- name: insert_entity
INSERT INTO entities (home_key, folded, name) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING

-- name: insert_memory_entity
INSERT INTO memory_entities (memory_key, entity_key, part)
SELECT ?1, key, ?4 FROM entities WHERE home_key = ?2 AND folded = ?3 ON CONFLICT DO NOTHING

-- name: is_known
SELECT 1 FROM memories
WHERE scope_key = ?1 AND expired_at IS NULL AND (expires_at IS NULL OR expires_at > ?3)
AND (invalid_at IS NULL OR invalid_at > ?3)
AND fingerprint IN (SELECT unhex(value) FROM json_each(?2)) LIMIT 1

-- name: memory_by_id
SELECT key, version, home_key, fingerprint FROM memories WHERE id = ?1

-- name: key_of_memory
SELECT key FROM memories WHERE id = ?1

-- name: update_memory
UPDATE memories SET
    text = ?2, kind = ?3, tier = ?4, state = ?5, trust = ?6, importance = ?7, metadata = ?8, version = ?9,
    valid_at = ?10, invalid_at = ?11, updated_at = ?12, expired_at = ?13, expires_at = ?14,
    fingerprint = ?15, slot = ?16, subject = ?17, attribute = ?18, value = ?19, is_single = ?20, extractor = ?21,
    wording = ?22
WHERE key = ?1

-- name: rate_memory
UPDATE memories SET
    useful_count = useful_count + ?2, useless_count = useless_count + ?3, access_count = access_count + ?2,
    accessed_at = iif(?2, max(coalesce(accessed_at, ?4), ?4), accessed_at)
WHERE key = ?1

-- name: count_feedback
UPDATE homes SET feedback = feedback + 1 WHERE key = ?1

-- name: insert_version
INSERT INTO memory_versions (
    memory_key, version, event, text, importance, metadata, expires_at, deleted, recorded_at, reason, kind, tier,
    state, trust, valid_at, invalid_at, subject, attribute, value, is_single, extractor, change_id, made_by
)
VALUES (
    ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23
) ON CONFLICT DO NOTHING

-- name: upsert_relation
INSERT INTO relations (id, type, from_key, to_key, strength, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (from_key, type, to_key)
DO UPDATE SET id = excluded.id, strength = excluded.strength, created_at = excluded.created_at

-- name: insert_event
INSERT INTO outbox (type, memory_id, at) VALUES (?1, ?2, ?3)

-- name: trim_outbox
DELETE FROM outbox WHERE number IN (
    SELECT number FROM outbox
    WHERE number <= max(
        (SELECT max(number) FROM outbox) - ?2,
        min(
            (SELECT max(number) FROM outbox) - ?1,
            (SELECT coalesce(min(number), 9223372036854775807) FROM subscribers)
        )
    )
    ORDER BY number LIMIT ?3
)

-- name: is_key_used
SELECT 1 FROM idempotency WHERE scope_key = ?1 AND key = ?2

-- name: insert_idempotency
INSERT INTO idempotency (scope_key, key, body_digest, episode_id, outcome) VALUES (?1, ?2, ?3, ?4, ?5)

-- name: answers_of_episode
SELECT key, outcome FROM idempotency WHERE scope_key = ?1 AND episode_id = ?2

-- name: replace_answer
UPDATE idempotency SET outcome = ?3 WHERE scope_key = ?1 AND key = ?2

-- name: trim_idempotency
DELETE FROM idempotency WHERE number <= (SELECT max(number) FROM idempotency) - ?1

-- name: last_audit_link
SELECT number, link FROM audit ORDER BY number DESC LIMIT 1

-- name: insert_audit
INSERT INTO audit (number, at, action, target, items, link) VALUES (?1, ?2, ?3, ?4, ?5, ?6)

-- name: embedder_and_current
SELECT embedders.key, store.embedder_key
FROM store LEFT JOIN embedders ON embedders.id = ?1 AND embedders.revision = ?2 AND embedders.dimension = ?3

-- name: count_commit
UPDATE store SET change_number = change_number + 1 WHERE one = 1 RETURNING change_number

-- name: touch_home
UPDATE homes SET change_number = ?2, epoch = epoch + ?3 WHERE key = ?1

-- name: insert_embedder
INSERT INTO embedders (id, revision, dimension) VALUES (?1, ?2, ?3) RETURNING key

-- name: embedder_key
SELECT key FROM embedders WHERE id = ?1 AND revision = ?2 AND dimension = ?3

-- name: set_embedder
UPDATE store SET embedder_key = ?1 WHERE one = 1

-- name: count_loose
UPDATE homes SET loose_vectors = loose_vectors + ?2 WHERE key = ?1 RETURNING loose_vectors

-- name: set_loose_count
UPDATE homes SET loose_vectors = ?2 WHERE key = ?1

-- name: insert_loose_vector
INSERT INTO loose_vectors (embedder_key, home_key, memory_key, vector) VALUES (?1, ?2, ?3, ?4)

-- name: loose_vectors
SELECT memory_key, vector FROM loose_vectors WHERE embedder_key = ?1 AND home_key = ?2 ORDER BY memory_key

-- name: delete_loose_vectors
DELETE FROM loose_vectors WHERE embedder_key = ?1 AND home_key = ?2

-- name: update_loose_vector
UPDATE loose_vectors SET vector = ?4 WHERE embedder_key = ?1 AND home_key = ?2 AND memory_key = ?3

-- name: insert_vector_block
INSERT INTO vector_blocks (embedder_key, home_key, last_memory_key, memory_keys, vectors)
VALUES (?1, ?2, ?3, ?4, ?5)

-- name: block_of_memory
SELECT key, memory_keys, vectors FROM vector_blocks
WHERE embedder_key = ?1 AND home_key = ?2 AND last_memory_key >= ?3 ORDER BY last_memory_key LIMIT 1

-- name: update_vector_block
UPDATE vector_blocks SET vectors = ?2 WHERE key = ?1

-- name: delete_vector_block
DELETE FROM vector_blocks WHERE key = ?1

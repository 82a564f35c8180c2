-- name: memories_whose_turn_in_the_index_is_missing_or_wrong
SELECT count(*) FROM memories LEFT JOIN turns
ON turns.home_key = memories.home_key AND turns.memory_key = memories.key
WHERE turns.thread IS NOT memories.thread
OR turns.deleted IS NOT (memories.expired_at IS NOT NULL)
OR turns.speaker IS NOT memories.speaker
OR turns.at IS NOT memories.valid_at
OR turns.traits IS NOT holdfast_traits(memories.origin, memories.text, memories.trust)
OR turns.terms IS NOT holdfast_terms(memories.speaker, memories.text)

-- name: turns_in_the_index_of_no_memory
SELECT count(*) FROM turns WHERE NOT EXISTS (
    SELECT 1 FROM memories WHERE memories.key = turns.memory_key AND memories.home_key = turns.home_key
)

-- name: blocks_of_turns_that_have_too_few_or_too_many
SELECT count(*) FROM turn_blocks AS block WHERE length(block.terms) <> (
    SELECT coalesce(sum(length(turns.terms)), 0) FROM turns
    WHERE turns.home_key = block.home_key
    AND turns.memory_key > block.before_key AND turns.memory_key <= block.last_key
)

-- name: memories_without_a_source
SELECT count(*) FROM memories WHERE key NOT IN (SELECT memory_key FROM memory_sources)


-- name: vectors_too_few_or_too_many
SELECT abs(
    (SELECT count(*) FROM memories)
    - (SELECT count(*) FROM loose_vectors JOIN store USING (embedder_key))
    - (
        SELECT coalesce(sum(length(vector_blocks.memory_keys) / 8), 0)
        FROM vector_blocks JOIN store USING (embedder_key)
    )
)

-- name: homes_that_miscount_their_loose_vectors
SELECT count(*) FROM homes WHERE loose_vectors <> (
    SELECT count(*) FROM loose_vectors JOIN store USING (embedder_key)
    WHERE loose_vectors.home_key = homes.key
)

-- name: lanes_of_jobs_in_which_nothing_or_too_much_can_begin
SELECT count(*) FROM (
    SELECT 1 FROM jobs WHERE lane IS NOT NULL AND state IN ('pending', 'running')
    GROUP BY kind, lane HAVING sum(blocked = 0) <> 1
)

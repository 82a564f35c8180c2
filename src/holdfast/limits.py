"""Every bound, with its name and its reason. What can grow is measured against one of these."""

# What a caller may give

MESSAGE_CHARACTERS_MAX = 1_048_576
"""One message: a megabyte of text is a pasted file, more is an upload that belongs elsewhere."""

MESSAGES_PER_ADD_MAX = 1_000
"""Messages of one ``add``: they share one transaction, which others wait for."""

ADD_CHARACTERS_MAX = 2_097_152
"""All messages of one ``add`` together: written as JSON they fit into one line of an export."""

NAME_CHARACTERS_MAX = 256
"""A user, agent, session, tenant, message id, speaker or metadata key: a name, not a text."""

METADATA_BYTES_MAX = 16_384
"""Metadata of one memory as JSON: it is read with every hit."""

IDEMPOTENCY_KEY_CHARACTERS_MAX = 256
"""An idempotency key: a UUID or a request id with room to spare."""

KEY_CHARACTERS_MAX = 1_024
"""An encryption key: a passphrase, or the text form of random bytes."""

REASON_CHARACTERS_MAX = 4_096
"""The reason of a change: some sentences, kept with every version."""

QUERY_CHARACTERS_MAX = 65_536
"""A query: longer ones are documents; the encoder sees the first words only."""

SEARCH_LIMIT_MAX = 1_000
"""Hits of one search."""

LIST_LIMIT_MAX = 1_000
"""Memories on one page of ``list``."""

RELATED_LIMIT_MAX = 1_000
"""Links that one ``related`` returns, strongest first."""

DIFF_LIMIT_MAX = 1_000
"""Steps on one page of ``diff``."""

FILTER_DEPTH_MAX = 8
"""Nesting of AND, OR and NOT in a filter: SQL expressions are bounded too."""

FILTER_TERMS_MAX = 256
"""Values that one filter compares with."""

CONTEXT_TOKENS_MAX = 1_000_000
"""The largest budget of ``context``: the longest prompts that models take."""

# How secrets are taken out

REDACTION_FINGERPRINT_BYTES = 8
"""The fingerprint in the words that stand for a secret: of a million tokens two share one by a chance of one
in 37 million, and it says too little to find a token of 80 random bits."""

# How what was recalled is known again

RECALLED_BLOCKS_MAX = 64
"""Contexts of one message that are looked for: an agent pastes one."""

RECALLED_DOCUMENTS_MAX = 8
"""JSON documents of one message that are looked into for search hits: each may be read to the end of it."""

RECALLED_VALUES_MAX = 50_000
"""Values of one JSON document that are looked at: 1,000 hits have about 30 each."""

RECALLED_TEXTS_MAX = 4_096
"""Texts of one ``add`` that are looked for in the memory."""

RECALLED_TEXT_CHARACTERS_MAX = 4_096
"""Characters by which the same words are known again: a memory that was not rewritten by hand has fewer."""

RECALLED_WORDS_MIN = 4
"""Words of an answer that may repeat a memory: shorter ones ("yes, please") are the same by chance."""

# How texts are cut and read

CHUNK_WORDS = 80
"""Words of one piece of a long text: one idea, and what the encoder was tuned on."""

CHUNK_CHARACTERS_MAX = 1_000
"""Characters of one piece, for scripts that put no spaces between words."""

UNCHUNKED_WORDS_MAX = 180
"""A person's message up to this many words stays whole: the encoder sees about as many."""

EMBEDDING_TOKENS_MAX = 256
"""The encoder was trained on short texts; what lies beyond this many word pieces is not seen by it."""

EMBEDDING_CHARACTERS_MAX = 4096
"""Text is cut here before it is split into word pieces: 16 characters for each of the 256 that are
read, where English has 4 to 5. A megabyte then costs as much as a page."""

EMBEDDING_BATCH_TEXTS = 64
"""Texts that the static embedder looks up at once: 17 MB of rows when each has 256 word pieces."""

EXTRACT_CHARACTERS_MAX = 20_000
"""Text of one message in which rules look for facts, from its beginning: some pages; what is longer was
pasted, and a pasted text tells little about its sender."""

STATEMENT_CHARACTERS_MAX = 400
"""A sentence in which rules look for facts: longer ones nest clauses that rules would misread."""

STATEMENTS_PER_MESSAGE_MAX = 256
"""Sentences of one message in which rules look for facts: at 0.3 ms each, a tenth of a second."""

FACTS_PER_MESSAGE_MAX = 32
"""Facts that rules take from one message: more come from lists and tables, not from talk."""

FACT_VALUE_WORDS_MAX = 12
"""Words of a value: longer ones are half a sentence that was cut in the wrong place."""

STANDING_FACTS_MAX = 200
"""Facts of one subject and attribute that a new one is compared with, the latest: nobody has more hobbies."""

ENTITIES_PER_FACT_MAX = 8
"""Names that one fact brings; a sentence has few."""

QUERY_WORDS_MAX = 24
"""Words of a query that are looked up; the rarest stay."""

# How far a search looks

SEARCH_BREADTH_MIN = 200
"""Memories that each signal brings into a search, at least."""

SEARCH_ROUNDS_MAX = 5
"""Times that a search looks further when filters hide what fits best."""

SEARCH_ROUND_GROWTH = 8
"""How many times further each of those times; five rounds reach 6.5 million memories."""

CHAIN_HOPS_MAX = 3
"""Steps from fact to fact that a chained question is followed."""

CHAIN_WIDTH = 5
"""Facts that each of those steps starts from: more bring in more that is beside the point."""

CHAIN_BRIDGES_MAX = 30
"""Facts that are looked at from each of those: the widest bridges."""

CHAIN_NAME_WORDS_MAX = 7
"""Words of a name that is looked for in a question: longer ones are titles that few repeat in full."""

CHAIN_QUESTION_WORDS_MAX = 64
"""Words of a question in which names are looked for: each starts as many as ``CHAIN_NAME_WORDS_MAX``."""

CHAIN_DIRECT_HITS = 3
"""What is found without a chain stays in front of it where one link alone was seen in the question."""

CHAIN_ALIKE_MAX = 2
"""Facts that state the same attribute of an entity and go on with a path: of the 500 citizens of a country
hardly one is meant."""

CHAIN_SHOWN_MAX = 10
"""Facts of chains that are put in front of what was found without them: a page of them."""

GRAPH_FANOUT_MAX = 64
"""Facts that an entity leads to in one step: a country that 500 facts name leads to those about it first."""

GRAPH_LINKS_MAX = 1_024
"""Links that are followed in one step, from all facts that it starts from."""

GRAPH_LOOK_MAX = 512
"""Facts of an entity that are looked at for those that may be seen, so that a hub with many hidden ones costs
no more than another."""

ENTITY_WORDS_MAX = 6
"""Words of a value that is taken for an entity, as names and kinds of things are; more tell a story."""

ANCHOR_BREADTH = 32
"""Memories that each signal brings when the event is looked for that a question names a time by."""

ANCHOR_CANDIDATES = 3
"""Of those, the ones whose dates are read: a worse fit is another event."""

ANCHOR_DAYS_MAX = 92
"""Days of the longest time that is an event's, or that brings in what was said during it: a season."""

SEARCH_SPARE = 1
"""Memories that a search reads beyond its limit at first: as many collapse without another read, which costs
0.3 ms where one memory costs 0.02."""

SEARCH_READ_AHEAD = 4
"""Ranked memories that are looked at for each that is wanted, before looking further: most are visible."""

SCOPES_KEPT_MAX = 10_000
"""Scopes whose keys a process remembers, of about 200 bytes each, before it begins anew."""

MEMORIES_KEPT_MAX = 1_000
"""Memories that a process keeps as they were last shown, of about 2 kB each, so as not to read them again."""

SEARCH_COLLAPSED_MAX = 500
"""Memories that a search reads beyond its limit at most, to fill the places of what it collapsed."""

UNTRUSTED_SOURCE_HITS_MAX = 3
"""Hits from one source below ``TRUST_MIN``: enough to quote a document, too few to be the whole answer."""

TRUST_MIN = 0.6
"""What is trusted less, a tool or a document, has a share of an answer only; promoting it lifts that."""

INSTRUCTION_TRUST_MIN = 0.9
"""What is trusted less is no standing instruction, whatever it says: only what a user or the system says, and
what somebody promoted."""
REWORDED_READ_MAX = 10_000
"""Memories whose words were others at the instant of ``as_of`` that a search compares with the question by
these words, those changed last: few are ever reworded, for a new fact is another memory."""

REWORDED_EMBEDDED_MAX = 256
"""Of those the ones compared by meaning too: their words of then are embedded for it, at about 2 ms each."""

CONTEXT_CANDIDATES = 100
"""Hits that ``context`` packs from."""

CONTEXT_FILLS_MAX = 3
"""Times that ``context`` fills its budget: a counter may find less in the whole than in its lines."""

# What a language model is asked, and what it may do

MODEL_NEIGHBOURS_MAX = 10
"""Memories that a model is shown beside new messages: those nearest to them; ten take about 350 tokens."""

MODEL_NEIGHBOURS_BREADTH = 1_000
"""Memories nearest to a message among which the facts to be shown are looked for: most are messages."""

MODEL_NEIGHBOUR_CHARACTERS_MAX = 400
"""Characters of a memory that a model is shown: what it is about, not a page of it."""

MODEL_MESSAGE_TOKENS_MAX = 2_000
"""Tokens of one message that a model is shown, by estimate: the beginning of a pasted file. The whole of it
is stored word for word all the same."""

MODEL_PORTION_TOKENS_MAX = 4_000
"""Tokens of the messages that share one call, by estimate: with the prompt and the reply they fit into the
context of 8,192 that local models are commonly run with."""

MODEL_PORTION_MESSAGES_MAX = 50
"""Messages that share one call: of longer conversations models leave the middle out."""

MODEL_CONTEXT_TOKENS = 8_192
"""The context that Ollama is asked for; its own default of 4,096 cuts prompts without a word."""

MODEL_REPLY_TOKENS_MAX = 2_048
"""Tokens of one reply: about 25 operations."""

MODEL_REPLY_CHARACTERS_MAX = 65_536
"""A reply is read up to here; 2,048 tokens have about 8,000."""

MODEL_REPLY_STARTS_MAX = 64
"""Places of a broken reply where its JSON is looked for, twice as many as operations are accepted: each may
be read to the end of the reply. The worst replies take 25 ms."""

MODEL_REPAIRS_MAX = 1
"""Times that a model is asked again for a reply that cannot be read: a second one seldom helps."""

MODEL_REPAIR_CHARACTERS_MAX = 1_000
"""Characters of an unreadable reply that the model is shown again."""

MODEL_OPERATIONS_MAX = 32
"""Operations accepted from one reply: more than a portion of messages gives rise to."""

MODEL_DELETES_SHARE_MAX = 0.25
"""The part of the memories it was shown that one reply may delete; one is always allowed."""

MODEL_STATEMENT_CHARACTERS_MAX = 1_000
"""Characters of a statement that a model writes: one idea, as long as a piece of a long text may be."""

MODEL_ENTITIES_MAX = 16
"""Names that one statement may mention."""

MODEL_SUPPORT_SHARE_MIN = 0.34
"""The part of a statement's telling words that must stand in the messages or the memory that it names.
Measured on 707 statements made of the questions of conversations: 93 % pass on the three messages around
their evidence, 1.4 % on three messages of another conversation (at 0.25: 96 and 9 %, at 0.5: 88 and 0.4)."""

MODEL_YEAR_MIN = 1000
"""A statement is true since then at the earliest; an earlier date is a mistake."""

MODEL_YEARS_AHEAD_MAX = 100
"""And at most so many years after it was said."""

MODEL_IMPORTANCE_SHARE = 0.3
"""The part of a fact's importance that is the model's own rating; the rest is that of the words. Models rate
the same fact differently from call to call: a rating alone would make forgetting a matter of chance."""

SPENDING_DAYS = 400
"""Days for which it is kept what models took: a year, to be compared with the one before."""

SPENDING_ROWS_SHOWN = 31
"""Days and models that ``stats`` tells of: about a month of one model."""

CHAT_TURNS_MAX = 10
"""Questions and answers of a chat that its model is shown beside what is recalled: the last ones."""

CHAT_CONTEXT_TOKENS = 1_000
"""Tokens of what is recalled for one question of a chat: some thirty memories."""

# How a server of models is asked

MODEL_CONNECT_SECONDS = 5.0
"""How long to wait for a connection: a server that is there answers at once."""

MODEL_TIMEOUT_SECONDS = 120.0
"""How long one call may take: a small machine loads a model and writes 2,048 tokens in about as much."""

MODEL_ANSWER_BYTES_MAX = 16_777_216
"""What is read of a server's answer: 256 vectors of 3,072 numbers, as JSON, have 8 MB."""

MODEL_RETRY_AFTER_SECONDS_MAX = 86_400.0
"""A server may ask for a day of patience at most."""

MODEL_COMPLAINT_CHARACTERS_MAX = 200
"""Characters of a server's own words in an error."""

REMOTE_EMBEDDING_BATCH_TEXTS = 64
"""Texts that one request has embedded: servers take from 32 to 2,048."""

REMOTE_EMBEDDING_CHARACTERS_MAX = 8_000
"""Characters of a text that are sent to be embedded: the usual models read 512 to 8,192 tokens."""

REMOTE_EMBEDDING_DIMENSION_MAX = 8_192
"""Numbers of one vector: the largest models in use give 4,096."""

# What the store holds open

COMMIT_BATCH_MAX = 256
"""Waiting writes that share one disk flush; more would delay the first of them."""

CONFLICT_RETRIES_MAX = 8
"""Times that a write is decided anew when another was faster."""

BUSY_TIMEOUT_SECONDS = 10.0
"""How long to wait for a file that another process has locked."""

LOG_BYTES_KEPT = 16_777_216
"""What the write-ahead log may keep on disk once its content has gone into the file."""

CONNECTIONS_MAX = 8
"""Reading connections that stay open for the next call."""

HOMES_BYTES_MAX = 1_073_741_824
"""What searches read, kept in memory, over all users; the least recently used goes first."""

RESULT_CACHE_ENTRIES_MAX = 1_024
"""Results of searches kept for when they are asked for again: the questions of a busy hour."""

RESULT_CACHE_BYTES_MAX = 16_777_216
"""What these results take, by estimate: about 900 of ten hits, of memories of a few sentences."""

VECTOR_BLOCK_ROWS = 256
"""Vectors in one stored block. Measured: 100,000 load in 57 ms from blocks and in 202 from single rows."""

OUTBOX_EVENTS_MAX = 100_000
"""Events kept; the oldest go first, but not those that a named subscriber has still to get."""

OUTBOX_BACKLOG_EVENTS_MAX = 1_000_000
"""Events kept for a named subscriber that does not come: 50 MB of the file. Then it misses the oldest."""

OUTBOX_DAYS = 30
"""Days that an event is kept that no named subscriber waits for."""

OUTBOX_TRIM_ROWS = 64
"""Old events that one commit clears away, beside as many as it brings: no commit pays for a whole backlog."""

IDEMPOTENCY_KEYS_MAX = 100_000
"""Remembered idempotency keys; the oldest go first."""

# Jobs and events

JOB_NAME_CHARACTERS_MAX = 256
"""The kind and lane of a job: names, not texts."""

JOB_PAYLOAD_BYTES_MAX = 4_096
"""What a job is about, as JSON: some ids. What they stand for is in the store already."""

JOB_ERROR_CHARACTERS_MAX = 500
"""The words of a job's last error: some sentences."""

JOB_LEASE_SECONDS = 60.0
"""How long a worker that says nothing more keeps its job: after a crash the work rests as long."""

JOB_RENEWALS_PER_LEASE = 4
"""Times that a lease is renewed while it lasts: three may fail before it is lost."""

JOB_HELD_SECONDS_MAX = 3_600.0
"""How long a worker renews the lease of one job: a handler that hangs must not keep it from all others."""

JOB_ATTEMPTS_MAX = 5
"""Times that a job is tried whose failures are of its own making."""

JOB_OUTAGE_ATTEMPTS_MAX = 20
"""Times that a job is tried when what it needs is away: five to nine hours, the pauses counted."""

JOB_LOSSES_MAX = 5
"""Times that a job may end with the death of its process: more, and the job is the cause."""

JOB_BACKOFF_SECONDS = 2.0
"""The pause before a second attempt; it doubles each time."""

JOB_BACKOFF_SECONDS_MAX = 3_600.0
"""The longest pause between two attempts: an hour after a server is back, all goes on."""

JOB_STUCK_SECONDS = 3_600.0
"""A job that should have begun this long ago is called stuck: no worker runs, or none for its kind."""

JOBS_DONE_MAX = 10_000
"""Finished jobs kept to be looked at."""

JOBS_DONE_DAYS = 7
"""Days that a finished job is kept."""

JOBS_DEAD_MAX = 10_000
"""Dead letters kept; the oldest go first."""

JOBS_LIST_MAX = 1_000
"""Jobs on one list."""

PRUNE_BATCH_ROWS = 2_000
"""Rows that one transaction clears away: writers wait for it some milliseconds."""

PRUNE_EVERY_SECONDS = 86_400.0
"""Seconds between two times that a worker clears away what is past its retention."""

PRUNE_BATCHES_MAX = 1_000
"""Transactions of one clearing: two million rows; the next one goes on."""

WORKER_POLL_SECONDS = 1.0
"""How long an idle worker waits before it looks for jobs that other processes ask for."""

WORKER_CONCURRENCY_MAX = 64
"""Jobs that one worker runs at a time."""

WORKER_STOP_SECONDS = 30.0
"""How long a worker that is to stop lets its jobs go on before it gives them back."""

WORKER_EXIT_SECONDS = 2.0
"""The same inside a program that ends, and would have to wait for it."""

SUBSCRIPTIONS_MAX = 64
"""Subscriptions of one engine: each has a thread."""

SUBSCRIBERS_MAX = 256
"""Named subscribers of one store."""

EVENT_BATCH = 256
"""Events that a subscription reads ahead of its handler; after a crash as many may come again."""

EVENT_POLL_SECONDS = 0.5
"""How long a subscription waits before it looks for events of other processes."""

EVENT_ATTEMPTS_MAX = 20
"""Times that an event is given to a handler that raises: about three quarters of an hour."""

EVENT_BACKOFF_SECONDS = 0.1
"""The pause before the second time; it doubles each time."""

EVENT_BACKOFF_SECONDS_MAX = 300.0
"""The longest of these pauses."""

# Long work

IMPORT_LINE_BYTES_MAX = 16_777_216
"""One line of an imported file."""

IMPORT_DOCUMENT_BYTES_MAX = 268_435_456
"""One imported JSON document: it is read as a whole. JSON Lines have no such bound."""

IMPORT_BATCH_MESSAGES = 256
"""Messages of one conversation that an import adds at a time, and between two reports of progress."""

TRANSFER_BATCH = 256
"""Memories that export, load and reindex handle at a time, and between two reports of progress."""

REBUILD_EPISODES_MAX = 200_000
"""Episodes of one rebuild: by rules it takes 5 kB of memory for each fact, 1 GB where each gives one."""

REBUILD_BATCH = 256
"""Episodes or facts that a rebuild reads at a time, and facts that one transaction of it switches."""

REBUILD_DIFFERENCES_MAX = 200
"""Differences that a rebuild tells of, beside their numbers: what a person reads before saying yes."""

EVALUATION_DOCUMENT_BYTES_MAX = 1_073_741_824
"""One JSON document of ``holdfast eval``, read as a whole: the usual file of LongMemEval has 280 MB."""

EVALUATION_FILES_MAX = 10_000
"""Files of one folder that ``holdfast eval`` reads: a folder with more is not the one that was meant."""

EVALUATION_RESAMPLES = 2_000
"""Samples behind one interval of ``holdfast eval``: from seed to seed its ends move by 2 % of its width."""

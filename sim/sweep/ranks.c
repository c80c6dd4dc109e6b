#include "sim/sweep/ranks.h"

#include <omp.h>

#include "sim/base/message.h"

#ifndef GAPSCALE_MPI

int ranks_start(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    return EXIT_DONE;
}
int ranks_end(int status) { return status; }
void ranks_abort(void) {}
int ranks_index(void) { return 0; }
int ranks_threads(void) { return omp_get_num_procs(); }
int ranks_lead(const struct sweep_work *work) { return sweep_compute(work); }
bool ranks_wait(int *status) {
    *status = EXIT_FAILED;
    return false;
}
int ranks_follow(const struct ranks_task *task) {
    (void)task;
    return EXIT_FAILED;
}

#else

#include <math.h>
#include <mpi.h>
#include <nettle/sha2.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/numerics.h"
#include "sim/base/progress.h"
#include "sim/config/config_read.h"

/* From followers: TAKE asks for units, so many at most, RECORD brings one. From rank 0: GIVE, some units,
 * none when all are given out. */
enum { TAKE = 1, RECORD, GIVE };
enum { BATCH_LEAST = 8, BATCH = 256, ISA_NAME = 16, PAUSE = 500000 /* ns between looks for messages */ };

static int rank_index, rank_count = 1, ranks_here = 1; /* ranks_here: on this node */
static bool followers_wait;                            /* rank 0: nobody has told them anything */

/* What rank 0 tells first, and what the others heard. */
static struct word {
    int lead, status; /* whether there are units to compute; else the status to end with */
    char isa[ISA_NAME];
    struct numerics numerics;
    uint8_t config[SHA256_DIGEST_SIZE];
} heard;

static void hash_config(const struct config *config, uint8_t digest[SHA256_DIGEST_SIZE]) {
    struct sha256_ctx hash;
    sha256_init(&hash);
    sha256_update(&hash, strlen(config->resolved), (const uint8_t *)config->resolved);
    sha256_digest(&hash, SHA256_DIGEST_SIZE, digest);
}

static void pause_shortly(void) { nanosleep(&(struct timespec){0, PAUSE}, NULL); }

/* Waits for a request without using the processor. */
static void wait_for(MPI_Request *request) {
    int done = 0;
    while (MPI_Test(request, &done, MPI_STATUS_IGNORE), !done) { pause_shortly(); }
}

/* MPI's own threads must not catch the signals that stop a run. */
int ranks_start(int *argc, char ***argv) {
    int level, started;
    sigset_t stopping, before;
    sigemptyset(&stopping);
    sigaddset(&stopping, SIGTERM);
    sigaddset(&stopping, SIGINT);
    sigaddset(&stopping, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &stopping, &before);
    started = MPI_Init_thread(argc, argv, MPI_THREAD_SERIALIZED, &level);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started != MPI_SUCCESS || level < MPI_THREAD_SERIALIZED) {
        message_error("this MPI has no MPI_THREAD_SERIALIZED; use one that does, or job arrays with --shard");
        return EXIT_FAILED;
    }
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_index);
    MPI_Comm_size(MPI_COMM_WORLD, &rank_count);
    MPI_Comm node;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    MPI_Comm_size(node, &ranks_here);
    MPI_Comm_free(&node);
    followers_wait = rank_index == 0 && rank_count > 1;
    return EXIT_DONE;
}

static void tell(struct word *word) {
    MPI_Request request;
    MPI_Ibcast(word, sizeof *word, MPI_BYTE, 0, MPI_COMM_WORLD, &request);
    wait_for(&request);
    followers_wait = false;
}

int ranks_end(int status) {
    if (status == EXIT_FAILED && !followers_wait && rank_count > 1) { MPI_Abort(MPI_COMM_WORLD, status); }
    if (followers_wait) { tell(&(struct word){.status = status}); }
    MPI_Request request;
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    wait_for(&request);
    MPI_Finalize();
    return status;
}

void ranks_abort(void) {
    if (rank_count > 1) { MPI_Abort(MPI_COMM_WORLD, EXIT_FAILED); }
}

int ranks_index(void) { return rank_index; }

int ranks_threads(void) {
    const char *asked = getenv("OMP_NUM_THREADS");
    if (asked && *asked) { return omp_get_max_threads(); }
    return omp_get_num_procs() > ranks_here ? omp_get_num_procs() / ranks_here : 1;
}

/* ---- rank 0 ---- */

struct leader {
    const struct sweep_work *work;
    pthread_mutex_t lock; /* of `next` */
    size_t next;          /* in work->unit */
    int followers;        /* that have not been told that all is given out */
    size_t owed;          /* units given out whose records have not come */
    atomic_bool failed;
    struct progress progress;
};

/* Units that keep so many threads busy for a while: what ends last in a batch leaves the others idle. */
static size_t batch_for(int threads) {
    size_t count = 2 * (size_t)threads;
    return count < BATCH_LEAST ? BATCH_LEAST : count < BATCH ? count : BATCH;
}

/* At most `most`; single units at the end. */
static size_t take_units(struct leader *l, size_t most, size_t units[BATCH]) {
    pthread_mutex_lock(&l->lock);
    size_t left = l->work->unit_count - l->next, count = left / (4 * (size_t)rank_count) + 1;
    if (count > most) { count = most; }
    if (count > left) { count = left; }
    if (l->failed || stop_asked(l->work->stop)) { count = 0; }
    for (size_t i = 0; i < count; i++) { units[i] = l->work->unit[l->next++]; }
    pthread_mutex_unlock(&l->lock);
    return count;
}

/* sweep_accept: passes a record on and tells how far all ranks are. */
static bool accept_unit(void *context, size_t unit, uint8_t *record, size_t length) {
    struct leader *l = context;
    const struct unit of = unit_get(l->work->plan, unit);
    if (!l->work->accept(l->work->context, unit, record, length)) { return false; }
    pthread_mutex_lock(&l->lock);
    progress_add(&l->progress, unit_cost(&of), of.cell->series->name);
    pthread_mutex_unlock(&l->lock);
    return true;
}

/* A record is followed by the number of its unit. */
static void accept_record(struct leader *l, int from, int size) {
    uint8_t *bytes = memory_resize(NULL, (size_t)size, 1);
    size_t unit, length = (size_t)size - sizeof unit;
    MPI_Recv(bytes, size, MPI_BYTE, from, RECORD, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    memcpy(&unit, bytes + length, sizeof unit);
    l->owed--;
    if (!accept_unit(l, unit, bytes, length)) { l->failed = true; }
}

static void answer(struct leader *l, int from) {
    size_t units[BATCH], count, most;
    MPI_Recv(&most, sizeof most, MPI_BYTE, from, TAKE, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    count = take_units(l, most < BATCH ? most : BATCH, units);
    MPI_Send(units, (int)(count * sizeof *units), MPI_BYTE, from, GIVE, MPI_COMM_WORLD);
    l->owed += count;
    if (count == 0) { l->followers--; }
}

static void *serve(void *context) {
    struct leader *l = context;
    while (l->followers > 0) {
        MPI_Status status;
        int found, size;
        MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &found, &status);
        if (!found) {
            pause_shortly();
            continue;
        }
        MPI_Get_count(&status, MPI_BYTE, &size);
        if (status.MPI_TAG == RECORD) {
            accept_record(l, status.MPI_SOURCE, size);
        } else {
            answer(l, status.MPI_SOURCE);
        }
    }
    return NULL;
}

static double cost_to_do(const struct sweep_work *work) {
    double cost = 0;
    for (size_t i = 0; i < work->unit_count; i++) {
        struct unit unit = unit_get(work->plan, work->unit[i]);
        cost += unit_cost(&unit);
    }
    return cost;
}

static int compute_batch(const struct sweep_work *work, size_t count, const size_t *units) {
    struct sweep_work part = *work;
    part.unit_count = count;
    part.unit = units;
    part.quiet = true;
    return sweep_compute(&part);
}

int ranks_lead(const struct sweep_work *work) {
    if (rank_count == 1) { return sweep_compute(work); }
    struct leader l = {.work = work, .lock = PTHREAD_MUTEX_INITIALIZER, .followers = rank_count - 1};
    struct word word = {.lead = 1};
    size_t units[BATCH], count;
    pthread_t server;
    l.progress = progress_start(work->cost_before + cost_to_do(work), work->cost_before, work->quiet);
    snprintf(word.isa, sizeof word.isa, "%s", work->isa->name);
    word.numerics = numerics_here();
    hash_config(work->plan->config, word.config);
    tell(&word);
    if (pthread_create(&server, NULL, serve, &l) != 0) {
        message_error("cannot make a thread");
        return EXIT_FAILED;
    }
    struct sweep_work own = *work;
    own.accept = accept_unit;
    own.context = &l;
    int status = EXIT_DONE;
    while (status == EXIT_DONE && (count = take_units(&l, batch_for(work->threads), units)) > 0) {
        status = compute_batch(&own, count, units);
    }
    if (status == EXIT_FAILED) { l.failed = true; }
    pthread_join(server, NULL);
    progress_end(&l.progress);
    if (l.failed) { return EXIT_FAILED; }
    return status == EXIT_DONE && (l.next < work->unit_count || l.owed > 0) ? EXIT_RESUMABLE : status;
}

/* ---- the others ---- */

struct follower {
    pthread_mutex_t lock; /* of MPI */
};

static bool send_record(void *context, size_t unit, uint8_t *record, size_t length) {
    struct follower *f = context;
    uint8_t *bytes = memory_resize(record, length + sizeof unit, 1);
    memcpy(bytes + length, &unit, sizeof unit);
    pthread_mutex_lock(&f->lock);
    MPI_Send(bytes, (int)(length + sizeof unit), MPI_BYTE, 0, RECORD, MPI_COMM_WORLD);
    pthread_mutex_unlock(&f->lock);
    free(bytes);
    return true;
}

static size_t ask_units(size_t most, size_t units[BATCH]) {
    MPI_Request request;
    MPI_Status status;
    int done = 0, size = 0;
    MPI_Send(&most, sizeof most, MPI_BYTE, 0, TAKE, MPI_COMM_WORLD);
    MPI_Irecv(units, BATCH * (int)sizeof *units, MPI_BYTE, 0, GIVE, MPI_COMM_WORLD, &request);
    while (MPI_Test(&request, &done, &status), !done) { pause_shortly(); }
    MPI_Get_count(&status, MPI_BYTE, &size);
    return (size_t)size / sizeof *units;
}

/* Units of a plan until there are no more; after a stop the rest is declined. */
static int work_on(const struct unit_plan *plan, const struct isa *isa, int threads,
                   const struct stop *stop) {
    struct follower f = {PTHREAD_MUTEX_INITIALIZER};
    struct sweep_work work = {.plan = plan,
                              .isa = isa,
                              .threads = threads,
                              .quiet = true,
                              .stop = stop,
                              .accept = send_record,
                              .context = &f};
    size_t units[BATCH], count;
    int status = EXIT_DONE;
    while ((count = ask_units(batch_for(threads), units)) > 0) {
        if (status == EXIT_DONE) { status = compute_batch(&work, count, units); }
        if (status == EXIT_FAILED) { MPI_Abort(MPI_COMM_WORLD, EXIT_FAILED); }
    }
    return status;
}

static void give_up(const char *why) {
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    message_error("rank %d on %s: %s", rank_index, host, why);
    MPI_Abort(MPI_COMM_WORLD, EXIT_FAILED);
}

static void abort_all(void *context) {
    (void)context;
    ranks_abort();
}
static bool keep_going(void *context) { return context == NULL; }
static void nothing_to_save(void *context) { (void)context; }

bool ranks_wait(int *status) {
    tell(&heard);
    *status = heard.status;
    return heard.lead;
}

int ranks_follow(const struct ranks_task *task) {
    memory_save(abort_all, NULL);
    uint8_t digest[SHA256_DIGEST_SIZE];
    const struct isa *same = isa_find(heard.isa), *isa = same ? same : isa_best();
    struct config *config = config_read(task->config, task->set_count, task->set);
    if (!numerics_equal(heard.numerics, numerics_here())) {
        give_up(
            "its C library, GSL or processor gives other last digits than rank 0's; take nodes of one kind");
    }
    if (!config) { give_up("cannot read the config that rank 0 reads"); }
    hash_config(config, digest);
    if (memcmp(digest, heard.config, sizeof digest) != 0) { give_up("reads another config than rank 0"); }
    struct unit_plan plan;
    unit_plan_create(&plan, config);
    struct stop *stop = stop_start(&(struct stop_plan){task->limit, keep_going, nothing_to_save, NULL});
    int status = work_on(&plan, isa, task->threads, stop);
    stop_end(stop);
    unit_plan_release(&plan);
    config_free(config);
    return status;
}

#endif

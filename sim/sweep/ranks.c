#include "sim/sweep/ranks.h"

#include <omp.h>
#include <pthread.h>
#include <stdlib.h>

#include "sim/base/message.h"

static int rank_index, rank_count = 1;

int ranks_index(void) { return rank_index; }

bool ranks_are_strangers(void) {
    static const char *const size[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"};
    bool many = false;
    for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
        const char *text = getenv(size[i]);
        many = many || (text && strtol(text, NULL, 10) > 1);
    }
    return many && rank_count == 1;
}

/* ---- what rank 0 hands out, to itself too ---- */

struct leader {
    const struct sweep_work *work;
    pthread_mutex_t lock; /* of the next lines */
    const struct unit_list *units;
    size_t at; /* the first that is not given out whole */
    double left;
    bool failed;
    int followed; /* EXIT_RESUMABLE where another was stopped */
};

/* A sweep_supply: a whole node, of half of what is left for a rank at most, or a unit. */
static bool take_part(void *context, struct unit *part) {
    struct leader *l = context;
    pthread_mutex_lock(&l->lock);
    const bool there = !l->failed && !stop_asked(l->work->stop) && l->at < l->units->count;
    if (there) {
        struct unit *rest = &l->units->unit[l->at];
        *part = unit_take(rest, l->left / (2.0 * rank_count));
        l->left -= unit_cost(part);
        l->at += rest->block_count == 0;
    }
    pthread_mutex_unlock(&l->lock);
    return there;
}

#ifndef GAPSCALE_MPI

int ranks_start(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    return EXIT_DONE;
}
int ranks_end(int status) { return status; }
void ranks_abort(void) {}
int ranks_threads(void) { return omp_get_num_procs(); }
static int lead(struct leader *l) { return sweep_compute(l->work, take_part, l); }
bool ranks_wait(int *status) {
    *status = EXIT_FAILED;
    return false;
}
int ranks_follow(const struct sweep_work *work, bool (*save)(void *context)) {
    (void)work, (void)save;
    return EXIT_FAILED;
}

#else

#include <mpi.h>
#include <signal.h>
#include <time.h>

/* From followers: TAKE asks for a range, and tells the cost done since the last time. From rank 0: GIVE, one
 * without blocks when all are given out. What a follower has kept of them is said by its status, reduced. */
enum { TAKE = 1, GIVE };
struct range { /* struct unit, of the same plan elsewhere */
    size_t cell, first_block, block_count;
};
enum { PAUSE = 500000 /* ns between looks for messages */ };
/* What rank 0 tells: the status to end with or, where there are units to compute: */
enum { LEAD = -1 };

static int ranks_here = 1;                      /* on this node */
static enum { WAITING, AT_WORK, ENDED } others; /* as rank 0 has told them */

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
    return EXIT_DONE;
}

/* From rank 0 to the others. */
static void tell(int *word) {
    MPI_Request request;
    MPI_Ibcast(word, 1, MPI_INT, 0, MPI_COMM_WORLD, &request);
    wait_for(&request);
    others = *word == LEAD ? AT_WORK : ENDED;
}

int ranks_end(int status) {
    if (status == EXIT_FAILED && others != WAITING) { ranks_abort(); }
    if (others == WAITING) { tell(&status); }
    MPI_Request request;
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    wait_for(&request);
    MPI_Finalize();
    return status;
}

void ranks_abort(void) {
    if (rank_count > 1) { MPI_Abort(MPI_COMM_WORLD, EXIT_FAILED); }
}

int ranks_threads(void) {
    const char *asked = getenv("OMP_NUM_THREADS");
    if (asked && *asked) { return omp_get_max_threads(); }
    return omp_get_num_procs() > ranks_here ? omp_get_num_procs() / ranks_here : 1;
}

/* ---- rank 0 ---- */

static void answer(struct leader *l, int source) {
    struct unit part;
    struct range range = {.block_count = 0};
    double cost;
    MPI_Recv(&cost, 1, MPI_DOUBLE, source, TAKE, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    if (cost > 0) { progress_add(l->work->progress, cost, "all ranks"); }
    if (take_part(l, &part)) {
        const size_t cell = (size_t)(part.cell - l->work->plan->cell);
        range = (struct range){cell, part.first_block, part.block_count};
    }
    MPI_Send(&range, sizeof range, MPI_BYTE, source, GIVE, MPI_COMM_WORLD);
}

/* Until all others have kept theirs. */
static void *serve(void *context) {
    struct leader *l = context;
    const int own = EXIT_DONE;
    int ended = 0;
    MPI_Request all;
    MPI_Ireduce(&own, &l->followed, 1, MPI_INT, MPI_MAX, 0, MPI_COMM_WORLD, &all);
    while (MPI_Test(&all, &ended, MPI_STATUS_IGNORE), !ended) {
        MPI_Status status;
        int found;
        MPI_Iprobe(MPI_ANY_SOURCE, TAKE, MPI_COMM_WORLD, &found, &status);
        if (found) {
            answer(l, status.MPI_SOURCE);
        } else {
            pause_shortly();
        }
    }
    return NULL;
}

/* Beside its own work a thread answers the others. */
static int lead(struct leader *l) {
    pthread_t server;
    tell(&(int){l->units->count > 0 ? LEAD : EXIT_DONE});
    if (others == ENDED) { return EXIT_DONE; }
    if (pthread_create(&server, NULL, serve, l) != 0) {
        message_error("cannot make a thread");
        return EXIT_FAILED;
    }
    int status = sweep_compute(l->work, take_part, l);
    pthread_mutex_lock(&l->lock);
    l->failed = status == EXIT_FAILED;
    pthread_mutex_unlock(&l->lock);
    pthread_join(server, NULL);
    others = WAITING;
    return status == EXIT_DONE ? l->followed : status;
}

/* ---- the others ---- */

struct follower {
    const struct sweep_work *work;
    double done; /* cost since rank 0 was told */
};

static bool ask_part(void *context, struct unit *part) {
    struct follower *f = context;
    struct range range;
    MPI_Request request;
    if (stop_asked(f->work->stop)) { return false; }
    MPI_Send(&f->done, 1, MPI_DOUBLE, 0, TAKE, MPI_COMM_WORLD);
    MPI_Irecv(&range, sizeof range, MPI_BYTE, 0, GIVE, MPI_COMM_WORLD, &request);
    wait_for(&request);
    if (range.block_count == 0) { return false; }
    *part = unit_part(&f->work->plan->cell[range.cell], range.first_block, range.block_count);
    f->done = unit_cost(part);
    return true;
}

static int follow(const struct sweep_work *work, bool (*save)(void *context)) {
    struct follower f = {.work = work};
    int status = sweep_compute(work, ask_part, &f);
    if (!save(work->context)) { status = EXIT_FAILED; }
    if (status == EXIT_FAILED) { ranks_abort(); }
    MPI_Request kept;
    MPI_Ireduce(&status, NULL, 1, MPI_INT, MPI_MAX, 0, MPI_COMM_WORLD, &kept);
    wait_for(&kept);
    others = WAITING;
    return status;
}

bool ranks_wait(int *status) {
    tell(status);
    return *status == LEAD;
}

int ranks_follow(const struct sweep_work *work, bool (*save)(void *context)) {
    int status;
    do { status = follow(work, save); } while (status == EXIT_DONE && ranks_wait(&status));
    return status;
}

#endif

int ranks_lead(const struct sweep_work *work, const struct unit_list *units) {
    struct leader l = {work, PTHREAD_MUTEX_INITIALIZER, units, .left = unit_amount(units).cost};
    int status = rank_count == 1 ? sweep_compute(work, take_part, &l) : lead(&l);
    if (status == EXIT_DONE && (l.at < units->count || (rank_count > 1 && stop_asked(work->stop)))) {
        status = EXIT_RESUMABLE;
    }
    return status;
}

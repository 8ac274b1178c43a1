using System.Collections.Immutable;
using Orleans.Concurrency;

namespace Orleans.Replication.Recipes;

/// <summary>
/// Work that is to be done once, at or after a time. A worker claims an item for a time (a lease), does the work, and reports the result. Of several workers one gets
/// the claim; of several results one is recorded.
/// </summary>
/// <remarks>
/// A worker that dies leaves nobody to say whether the work was done. With <c>maxAttempts: 1</c> the item then fails: the work is done <b>at most once</b>. With more,
/// it is claimed by another worker: it is done <b>at least once</b>, and what it does to other systems should bear being done twice, or check the claim's token as
/// <see cref="IFencedRegisterGrain{TValue}"/> does. Nothing can do better without the other system's help. Times are the log's, as for <see cref="ILockGrain"/>.
/// <para>All items of one scheduler are read and written whole: for some hundred at a time. Remove what is finished.</para>
/// </remarks>
[Alias("Orleans.Replication.Recipes.ISchedulerGrain")]
public interface ISchedulerGrain : IGrainWithStringKey
{
    /// <summary>Adds an item. Adding the same id again changes nothing, so a call whose outcome is unknown can be repeated.</summary>
    /// <param name="id">The item's own name.</param>
    /// <param name="payload">What is to be done, in the workers' own language.</param>
    /// <param name="dueAt">When it may be claimed at the earliest; null: at once.</param>
    /// <param name="maxAttempts">How often it may be claimed: 1 (at most once) or more (at least once).</param>
    /// <returns>False when there is an item of that id already, finished or not.</returns>
    [Alias("Schedule")]
    ValueTask<bool> Schedule(string id, string payload, DateTimeOffset? dueAt = null, int maxAttempts = 1);

    /// <summary>Claims the item that is due for the longest time.</summary>
    /// <param name="worker">Who claims it.</param>
    /// <param name="lease">How long the work may take, at most: 10 ms to 1 day. Afterwards the attempt counts as failed.</param>
    /// <returns>The item; null when none is due.</returns>
    [Alias("Claim")]
    ValueTask<WorkClaim?> Claim(string worker, TimeSpan lease);

    /// <summary>Reports that the work is done.</summary>
    /// <returns>False when the claim is not the item's newest, or the item is finished: the result was not recorded.</returns>
    [Alias("Complete")]
    ValueTask<bool> Complete(string id, long token, string result);

    /// <summary>Reports that the work failed: it may be claimed again, if attempts are left.</summary>
    /// <param name="id">The item.</param>
    /// <param name="token">The claim's token.</param>
    /// <param name="error">Why.</param>
    /// <param name="retryAfter">How long nobody may claim it; null: not at all.</param>
    /// <returns>False when the claim is not the item's newest, or the item is finished.</returns>
    [Alias("Fail")]
    ValueTask<bool> Fail(string id, long token, string error, TimeSpan? retryAfter = null);

    /// <summary>Removes an item, whatever its state. A worker that is at it cannot report any more.</summary>
    /// <returns>False when there is none of that id.</returns>
    [Alias("Remove")]
    ValueTask<bool> Remove(string id);

    /// <summary>Reads one item; null when there is none of that id.</summary>
    [ReadOnly]
    [Alias("Get")]
    ValueTask<WorkItem?> Get(string id, ReadConsistency consistency = ReadConsistency.Linearizable);
}

/// <summary>Where an item is.</summary>
[GenerateSerializer, Alias("Orleans.Replication.Recipes.WorkStatus")]
public enum WorkStatus
{
    /// <summary>It waits for its time or for a worker.</summary>
    Waiting = 0,

    /// <summary>A worker has claimed it.</summary>
    Claimed = 1,

    /// <summary>It is done, and has a result.</summary>
    Done = 2,

    /// <summary>It failed, and no attempt is left. When the last worker's lease ended without a word, nobody knows whether the work was done.</summary>
    Failed = 3,
}

/// <summary>An item of work.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Payload">What is to be done.</param>
/// <param name="Status">Where it is. An item whose lease is over is claimed until the next claim of any item looks at it.</param>
/// <param name="DueAt">When it may be claimed.</param>
/// <param name="MaxAttempts">How often it may be claimed.</param>
/// <param name="Attempts">How often it was.</param>
/// <param name="Worker">Who claimed it last.</param>
/// <param name="Token">The token of the last claim; 0 before the first.</param>
/// <param name="LeaseUntil">When that claim ends.</param>
/// <param name="Outcome">The result when it is done, the last error otherwise; null when there is neither.</param>
[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.WorkItem")]
public sealed record WorkItem(
    [property: Id(0)] string Id,
    [property: Id(1)] string Payload,
    [property: Id(2)] WorkStatus Status,
    [property: Id(3)] DateTimeOffset DueAt,
    [property: Id(4)] int MaxAttempts,
    [property: Id(5)] int Attempts,
    [property: Id(6)] string? Worker,
    [property: Id(7)] long Token,
    [property: Id(8)] DateTimeOffset LeaseUntil,
    [property: Id(9)] string? Outcome);

/// <summary>That a worker may do an item's work.</summary>
/// <param name="Id">The item.</param>
/// <param name="Payload">What is to be done.</param>
/// <param name="Token">The fencing token, to report with: greater than that of every claim before.</param>
/// <param name="Attempt">1 for the first attempt.</param>
/// <param name="LeaseUntil">When the claim ends, by the log's clock.</param>
[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.WorkClaim")]
public sealed record WorkClaim(
    [property: Id(0)] string Id, [property: Id(1)] string Payload, [property: Id(2)] long Token, [property: Id(3)] int Attempt, [property: Id(4)] DateTimeOffset LeaseUntil);

/// <inheritdoc cref="ISchedulerGrain"/>
[Replicated]
internal sealed class SchedulerGrain([ReplicatedState("scheduler")] IReplicatedState<SchedulerState> scheduler) : Grain, ISchedulerGrain
{
    public ValueTask<bool> Schedule(string id, string payload, DateTimeOffset? dueAt, int maxAttempts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxAttempts, 1);
        return scheduler.ApplyAsync(new ScheduleWork(id, payload, dueAt, maxAttempts));
    }

    public ValueTask<WorkClaim?> Claim(string worker, TimeSpan lease) => scheduler.ApplyAsync(new ClaimWork(worker, Lease.Check(lease)));

    public ValueTask<bool> Complete(string id, long token, string result) => scheduler.ApplyAsync(new CompleteWork(id, token, result));

    public ValueTask<bool> Fail(string id, long token, string error, TimeSpan? retryAfter) => scheduler.ApplyAsync(new FailWork(id, token, error, retryAfter));

    public ValueTask<bool> Remove(string id) => scheduler.ApplyAsync(new RemoveWork(id));

    public ValueTask<WorkItem?> Get(string id, ReadConsistency consistency) => scheduler.ReadAsync(state => state.Find(id), consistency);
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.SchedulerState")]
internal sealed record SchedulerState
{
    [Id(0)] public ImmutableSortedDictionary<string, WorkItem> Items { get; init; } = ImmutableSortedDictionary.Create<string, WorkItem>(StringComparer.Ordinal);

    public WorkItem? Find(string id) => Items.GetValueOrDefault(id);

    public SchedulerState With(WorkItem item) => this with { Items = Items.SetItem(item.Id, item) };

    /// <summary>The item, when its newest claim has this token and no outcome. That its lease is over does not matter, as long as nobody else has claimed it.</summary>
    public WorkItem? FindClaimed(string id, long token) => Find(id) is { Status: WorkStatus.Claimed } item && item.Token == token ? item : null;

    /// <summary>Ends the claims whose lease is over: the items wait again, or have failed.</summary>
    public SchedulerState At(DateTimeOffset now)
    {
        var state = this;
        foreach (var item in Items.Values)
        {
            if (item.Status == WorkStatus.Claimed && now >= item.LeaseUntil)
                state = state.With(Released(item, item.DueAt, $"The lease of {item.Worker} ended without a word."));
        }

        return state;
    }

    public static WorkItem Released(WorkItem item, DateTimeOffset dueAt, string error) => item with
    {
        Status = item.Attempts < item.MaxAttempts ? WorkStatus.Waiting : WorkStatus.Failed,
        DueAt = dueAt,
        Outcome = error,
    };
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.ScheduleWork")]
internal sealed record ScheduleWork(
    [property: Id(0)] string Id, [property: Id(1)] string Payload, [property: Id(2)] DateTimeOffset? DueAt, [property: Id(3)] int MaxAttempts)
    : IReplicatedOperation<SchedulerState, bool>
{
    public OperationResult<SchedulerState, bool> Apply(SchedulerState state, in OperationContext context) => state.Find(Id) is not null
        ? (state, false)
        : (state.With(new WorkItem(Id, Payload, WorkStatus.Waiting, DueAt ?? context.Timestamp, MaxAttempts, 0, null, 0, default, null)), true);
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.ClaimWork")]
internal sealed record ClaimWork([property: Id(0)] string Worker, [property: Id(1)] TimeSpan Lease) : IReplicatedOperation<SchedulerState, WorkClaim?>
{
    public OperationResult<SchedulerState, WorkClaim?> Apply(SchedulerState state, in OperationContext context)
    {
        var (now, time) = (state.At(context.Timestamp), context.Timestamp);

        // The items are in the order of their ids, and MinBy takes the first of several: every replica finds the same one.
        if (now.Items.Values.Where(item => item.Status == WorkStatus.Waiting && item.DueAt <= time).MinBy(item => item.DueAt) is not { } due)
            return (now, null);
        var claimed = due with
        {
            Status = WorkStatus.Claimed,
            Attempts = due.Attempts + 1,
            Worker = Worker,
            Token = context.Index,
            LeaseUntil = time + Lease,
        };
        return (now.With(claimed), new WorkClaim(claimed.Id, claimed.Payload, claimed.Token, claimed.Attempts, claimed.LeaseUntil));
    }
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.CompleteWork")]
internal sealed record CompleteWork([property: Id(0)] string Id, [property: Id(1)] long Token, [property: Id(2)] string Result)
    : IReplicatedOperation<SchedulerState, bool>
{
    public OperationResult<SchedulerState, bool> Apply(SchedulerState state, in OperationContext context) => state.FindClaimed(Id, Token) is { } item
        ? (state.With(item with { Status = WorkStatus.Done, Outcome = Result }), true)
        : (state, false);
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.FailWork")]
internal sealed record FailWork(
    [property: Id(0)] string Id, [property: Id(1)] long Token, [property: Id(2)] string Error, [property: Id(3)] TimeSpan? RetryAfter)
    : IReplicatedOperation<SchedulerState, bool>
{
    public OperationResult<SchedulerState, bool> Apply(SchedulerState state, in OperationContext context) => state.FindClaimed(Id, Token) is { } item
        ? (state.With(SchedulerState.Released(item, context.Timestamp + (RetryAfter ?? TimeSpan.Zero), Error)), true)
        : (state, false);
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.RemoveWork")]
internal sealed record RemoveWork([property: Id(0)] string Id) : IReplicatedOperation<SchedulerState, bool>
{
    public OperationResult<SchedulerState, bool> Apply(SchedulerState state, in OperationContext context) =>
        state.Find(Id) is null ? (state, false) : (state with { Items = state.Items.Remove(Id) }, true);
}

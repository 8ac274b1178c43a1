using Orleans.Concurrency;

namespace Orleans.Replication.Recipes;

/// <summary>
/// A lock that is held for a time (a lease) and gives each holder a fencing token. The lease lets the lock be taken from a holder that died. It cannot keep a
/// holder that only sleeps from waking up and going on: the token does, where the resource checks it (see <see cref="IFencedRegisterGrain{TValue}"/>).
/// </summary>
/// <remarks>
/// Time is the leader's clock, as the log has it: a lease begins with the timestamp of the operation that took the lock, and is over for the first operation that
/// carries a later one. It never goes back. Where the clocks of two silos differ, a change of leader makes running leases shorter or longer by as much, so a
/// holder must not rely on the time alone. Tokens do not depend on clocks: they strictly grow, always.
/// </remarks>
[Alias("Orleans.Replication.Recipes.ILockGrain")]
public interface ILockGrain : IGrainWithStringKey
{
    /// <summary>Takes the lock if it is free, or its lease is over. Does not wait for it.</summary>
    /// <param name="owner">
    /// Who wants it: a name that nobody else has, best a new Guid for each holder. If the same owner has it already, the lease begins anew with the same token, so a call
    /// whose outcome is unknown can be repeated.
    /// </param>
    /// <param name="lease">How long it is held unless it is renewed: 10 ms to 1 day. Longer than the pauses that the holder may have, shorter than others may wait for a dead one.</param>
    /// <returns>The grant; null when somebody else has the lock.</returns>
    [Alias("TryAcquire")]
    ValueTask<LockGrant?> TryAcquire(string owner, TimeSpan lease);

    /// <summary>Takes the lock, and waits for it if it has to. There is no queue: of those who wait, any may be next.</summary>
    /// <param name="patience">How long to wait at most. The call has a time-out of its own, 30 s unless the silo says otherwise.</param>
    /// <returns>The grant; null when the time was over.</returns>
    /// <inheritdoc cref="TryAcquire" path="/param"/>
    [Alias("Acquire")]
    ValueTask<LockGrant?> Acquire(string owner, TimeSpan lease, TimeSpan patience, CancellationToken cancellationToken = default);

    /// <summary>Begins the lease anew.</summary>
    /// <returns>The grant; null when the lease was over already, and the lock must be taken again: the holder has to stop what it does.</returns>
    [Alias("Renew")]
    ValueTask<LockGrant?> Renew(string owner, long token, TimeSpan lease);

    /// <summary>Gives the lock back.</summary>
    /// <returns>False when it was not held with this token any more.</returns>
    [Alias("Release")]
    ValueTask<bool> Release(string owner, long token);

    /// <summary>Who has the lock; the last grant when its lease is over and nobody has taken it since.</summary>
    [ReadOnly]
    [Alias("Get")]
    ValueTask<LockGrant?> Get(ReadConsistency consistency = ReadConsistency.Linearizable);
}

/// <summary>That somebody has a lock.</summary>
/// <param name="Owner">Who.</param>
/// <param name="Token">
/// The fencing token: greater than that of every grant before. Send it with each write to what the lock protects, which refuses a token that is less than one it has seen.
/// </param>
/// <param name="ExpiresAt">When the lease is over, by the log's clock.</param>
[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.LockGrant")]
public sealed record LockGrant([property: Id(0)] string Owner, [property: Id(1)] long Token, [property: Id(2)] DateTimeOffset ExpiresAt);

/// <inheritdoc cref="ILockGrain"/>
[Replicated]
internal sealed class LockGrain([ReplicatedState("lock")] IReplicatedState<LockState> state, TimeProvider time) : Grain, ILockGrain
{
    public ValueTask<LockGrant?> TryAcquire(string owner, TimeSpan lease) => state.ApplyAsync(new AcquireLock(owner, Lease.Check(lease)));

    public ValueTask<LockGrant?> Acquire(string owner, TimeSpan lease, TimeSpan patience, CancellationToken cancellationToken) =>
        LockQueue.AcquireAsync(state, new AcquireLock(owner, Lease.Check(lease)), patience, time, cancellationToken);

    public ValueTask<LockGrant?> Renew(string owner, long token, TimeSpan lease) => state.ApplyAsync(new RenewLock(owner, token, Lease.Check(lease)));

    public ValueTask<bool> Release(string owner, long token) => state.ApplyAsync(new ReleaseLock(owner, token));

    public ValueTask<LockGrant?> Get(ReadConsistency consistency) => state.ReadAsync(now => now.Grant, consistency);
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.LockState")]
internal sealed record LockState
{
    /// <summary>Null when it was given back.</summary>
    [Id(0)] public LockGrant? Grant { get; init; }

    /// <summary>The lease counts up to its end, not after it; the log has the only clock.</summary>
    public bool IsHeld(DateTimeOffset now) => Grant is not null && now < Grant.ExpiresAt;

    public bool IsHeldBy(string owner, long token, DateTimeOffset now) => IsHeld(now) && Grant!.Owner == owner && Grant.Token == token;
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.AcquireLock")]
internal sealed record AcquireLock([property: Id(0)] string Owner, [property: Id(1)] TimeSpan Lease) : IReplicatedOperation<LockState, LockGrant?>
{
    public OperationResult<LockState, LockGrant?> Apply(LockState state, in OperationContext context)
    {
        var held = state.IsHeld(context.Timestamp);
        if (held && state.Grant!.Owner != Owner)
            return (state, null);

        // The place in the log is the token: it grows, also when the lock's state was deleted in between.
        var grant = new LockGrant(Owner, held ? state.Grant!.Token : context.Index, context.Timestamp + Lease);
        return (new LockState { Grant = grant }, grant);
    }
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.RenewLock")]
internal sealed record RenewLock([property: Id(0)] string Owner, [property: Id(1)] long Token, [property: Id(2)] TimeSpan Lease)
    : IReplicatedOperation<LockState, LockGrant?>
{
    public OperationResult<LockState, LockGrant?> Apply(LockState state, in OperationContext context)
    {
        if (!state.IsHeldBy(Owner, Token, context.Timestamp))
            return (state, null);
        var grant = state.Grant! with { ExpiresAt = context.Timestamp + Lease };
        return (new LockState { Grant = grant }, grant);
    }
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.ReleaseLock")]
internal sealed record ReleaseLock([property: Id(0)] string Owner, [property: Id(1)] long Token) : IReplicatedOperation<LockState, bool>
{
    public OperationResult<LockState, bool> Apply(LockState state, in OperationContext context) =>
        state.IsHeldBy(Owner, Token, context.Timestamp) ? (new LockState(), true) : (state, false);
}

/// <summary>The range of leases.</summary>
internal static class Lease
{
    public static readonly TimeSpan Min = TimeSpan.FromMilliseconds(10);
    public static readonly TimeSpan Max = TimeSpan.FromDays(1);

    public static TimeSpan Check(TimeSpan lease) => lease >= Min && lease <= Max
        ? lease
        : throw new ArgumentOutOfRangeException(nameof(lease), lease, $"A lease has to be {Min} to {Max}.");
}

/// <summary>Waits for a lock: tries, sleeps until its state changes or its lease should be over, and tries again.</summary>
internal static class LockQueue
{
    private static readonly TimeSpan MinSleep = TimeSpan.FromMilliseconds(10);

    public static async ValueTask<LockGrant?> AcquireAsync(
        IReplicatedState<LockState> state, AcquireLock operation, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(patience, TimeSpan.Zero);
        var started = time.GetTimestamp();
        while (true)
        {
            // The version before the try: what happens after it ends the sleep.
            var version = state.Version;
            if (await state.ApplyAsync(operation, cancellationToken) is { } grant)
                return grant;
            var left = patience - time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
                return null;
            await SleepAsync(state, version, left, time, cancellationToken);
        }
    }

    // This silo's clock only decides when to ask again; what the answer is, the log's does.
    private static async Task SleepAsync(IReplicatedState<LockState> state, long version, TimeSpan left, TimeProvider time, CancellationToken cancellationToken)
    {
        var rest = state.Value.Grant is { } held ? held.ExpiresAt - time.GetUtcNow() : MinSleep;
        var sleep = rest < MinSleep ? MinSleep : rest < left ? rest : left;
        using var awake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var alarm = time.CreateTimer(source => ((CancellationTokenSource)source!).Cancel(), awake, sleep, Timeout.InfiniteTimeSpan);
        try
        {
            await foreach (var change in state.WatchAsync(version, awake.Token))
            {
                if (change.Value.Grant is null)
                    return;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
    }
}

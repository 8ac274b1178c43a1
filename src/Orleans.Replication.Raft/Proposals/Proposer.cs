using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Orleans.Replication.Raft.Apply;
using Orleans.Replication.Raft.Diagnostics;
using Orleans.Replication.Raft.Log;

namespace Orleans.Replication.Raft.Proposals;

/// <summary>
/// This member's side of exactly-once (SAFETY 7): numbers commands in a session, sends them to whoever leads, repeats them when an answer or a
/// leader is lost, and completes them when this replica has applied them. A result is found by session and number, never by log index
/// (SAFETY S5).
/// </summary>
internal sealed class Proposer : IAppliedCommands, IAsyncDisposable
{
    /// <summary>What surrounds a command in a message, at most.</summary>
    private const int WireBytesPerCommand = 8;

    private static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(50);

    private readonly RaftGroupOptions _options;
    private readonly TimeProvider _time;
    private readonly ProposalRouter _router;
    private readonly GroupMetrics? _metrics;
    private readonly ConcurrentDictionary<ulong, PendingCommand> _pending = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _numbering = new();
    private readonly SessionOpener _opener;
    private readonly QueueSpace _space;

    /// <summary>Holds nothing beyond the limits: a command that is finished in it counts until it has left.</summary>
    private readonly Channel<PendingCommand> _outbox = Channel.CreateUnbounded<PendingCommand>(new() { SingleReader = true });
    private Task _sending = Task.CompletedTask;
    private Task _sweeping = Task.CompletedTask;
    private ulong _next = 1;
    private ulong _floor = 1;

    public Proposer(RaftGroupOptions options, ProposalRouter router, TimeProvider time, GroupMetrics? metrics = null)
    {
        _metrics = metrics;
        _options = options;
        _router = router;
        _time = time;
        _space = new QueueSpace(options.MaxQueuedProposals, options.MaxQueuedBytes);
        _opener = new SessionOpener(this);
    }

    /// <summary>What waits for its result.</summary>
    public QueueSpace Waiting => _space;

    public void Start()
    {
        _sending = SendAsync(_stopping.Token);
        _sweeping = SweepAsync(_stopping.Token);
    }

    /// <inheritdoc cref="RaftGroup.ProposeAsync"/>
    public async ValueTask<CommandResult> ProposeAsync(Command command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var activity = Tracing.StartProposal(_options.Name, command);
        var began = _time.GetTimestamp();
        var outcome = ProposalOutcome.Unknown;
        try
        {
            var result = await RepeatAsync(command, activity, cancellationToken).ConfigureAwait(false);
            outcome = ProposalOutcome.Of(result.Status);
            Tracing.Applied(activity, result);
            return result;
        }
        catch (Exception e)
        {
            Tracing.Fail(activity, e);
            outcome = e switch
            {
                GroupBusyException => ProposalOutcome.Busy,
                GroupUnavailableException => ProposalOutcome.Unavailable,
                OperationCanceledException => ProposalOutcome.Cancelled,
                _ => ProposalOutcome.Unknown,
            };
            throw;
        }
        finally
        {
            _metrics?.Proposed(outcome, _time.GetElapsedTime(began));
        }
    }

    void IAppliedCommands.OnSessionOpened(ulong nonce, ulong session) => _opener.OnOpened(nonce, session);

    void IAppliedCommands.OnApplied(ulong session, ulong sequence, in CommandResult result)
    {
        if (TryFind(session, sequence) is { } pending && TryRemove(pending))
            pending.TrySetResult(result);
    }

    void IAppliedCommands.OnSessionUnknown(ulong session, ulong sequence)
    {
        if (TryFind(session, sequence) is not { } pending)
            return;
        _opener.Forget(session);
        if (!TryRemove(pending))
            return;
        if (pending.InDoubt == 1)
            pending.TrySetException(new SessionExpiredException());
        else
            pending.TrySetException(Unknown("its session ended while the command was being repeated"));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_sending, _sweeping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var pending in _pending.Values)
            GiveUpStopping(pending);
        await _opener.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>Makes an order to open a session. It waits like a command, but takes no command's place.</summary>
    internal PendingCommand CreateOrder(ulong nonce) => new(default, bytes: 0, NewDeadline()) { Sequence = nonce };

    /// <summary>Sends an order the way commands are sent.</summary>
    internal void SendOrder(PendingCommand order)
    {
        _pending[order.Sequence] = order;
        if (order.TryPrepare(session: 0, static order => CommandFormat.EncodeOpenSession(order.Sequence)))
            Enqueue(order);
        if (_stopping.IsCancellationRequested)
            GiveUpStopping(order);
    }

    /// <summary>Sends what has waited for a session.</summary>
    internal void SendWaiting()
    {
        foreach (var pending in _pending.Values.Where(pending => pending.IsWithoutSession).OrderBy(pending => pending.Sequence))
            SendFirst(pending);
    }

    /// <summary>Ends a command or order; false when it has ended before.</summary>
    internal bool TryRemove(PendingCommand pending)
    {
        if (!pending.TryFinish())
            return false;
        _pending.TryRemove(pending.Sequence, out _);
        LetGo(pending);
        return true;
    }

    private async ValueTask<CommandResult> RepeatAsync(Command command, Activity? activity, CancellationToken cancellationToken)
    {
        var deadline = NewDeadline();
        while (true)
        {
            var pending = Register(command, deadline, activity);
            try
            {
                return await AwaitAsync(pending, cancellationToken).ConfigureAwait(false);
            }
            catch (SessionExpiredException)
            {
                // The group has forgotten this member's session, and with it refused the command unapplied: once more, in a new one.
            }
        }
    }

    private long NewDeadline() => _time.GetTimestamp() + (long)(_options.ProposalTimeout.TotalSeconds * _time.TimestampFrequency);

    private PendingCommand? TryFind(ulong session, ulong sequence) =>
        _pending.TryGetValue(sequence, out var pending) && pending.Session == session ? pending : null;

    private PendingCommand Register(Command command, long deadline, Activity? activity)
    {
        var bytes = command.Key.Length + command.Payload.Length;
        if (!_space.TryTake(bytes))
        {
            throw new GroupBusyException(
                $"Group '{_options.Name}' is busy: {_space.Commands} proposals with {_space.Bytes} bytes wait on this member, of {_options.MaxQueuedProposals} with "
                + $"{_options.MaxQueuedBytes} bytes that may. Nothing was written: try again after a pause that grows.");
        }

        PendingCommand pending;
        lock (_numbering)
        {
            pending = new PendingCommand(command, bytes, deadline) { Sequence = _next++, Activity = activity };
            _pending[pending.Sequence] = pending;
        }

        SendFirst(pending);
        if (_stopping.IsCancellationRequested)
            GiveUpStopping(pending);
        return pending;
    }

    /// <summary>Sends a command for the first time, or lets it wait until there is a session.</summary>
    private void SendFirst(PendingCommand pending)
    {
        if (_opener.Session is var session and not 0)
        {
            if (pending.TryPrepare(session, Encode))
                Enqueue(pending);
        }
        else if (!_stopping.IsCancellationRequested)
        {
            _opener.Open();
        }
    }

    private byte[] Encode(PendingCommand pending)
    {
        ulong floor;
        lock (_numbering)
        {
            while (_floor < pending.Sequence && !_pending.ContainsKey(_floor))
                _floor++;
            floor = Math.Min(_floor, pending.Sequence);
        }

        return CommandFormat.EncodeApply(pending.Session, pending.Sequence, floor, pending.Command);
    }

    private void Enqueue(PendingCommand pending)
    {
        pending.Hold();
        if (!_outbox.Writer.TryWrite(pending))
            LetGo(pending);
    }

    private void LetGo(PendingCommand pending)
    {
        if (pending.LetGo() && !pending.IsOrder)
            _space.Free(pending.Bytes);
    }

    private async ValueTask<CommandResult> AwaitAsync(PendingCommand pending, CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled)
            return await pending.Task.ConfigureAwait(false);
        await using (cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var (proposer, abandoned) = ((Proposer, PendingCommand))state!;
                if (proposer.TryRemove(abandoned))
                    abandoned.TrySetCanceled(token);
            },
            (this, pending)).ConfigureAwait(false))
        {
            return await pending.Task.ConfigureAwait(false);
        }
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        var batch = new List<PendingCommand>();
        while (await _outbox.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            batch.Clear();
            var bytes = 0;
            while (bytes < _options.MaxBatchBytes && _outbox.Reader.TryRead(out var pending))
            {
                LetGo(pending);
                batch.Add(pending);
                bytes += pending.Encoded.Length + WireBytesPerCommand;
            }

            await _router.SendAsync(batch, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives up what is too late, and sends again what a lost leader or a lost answer may have swallowed.</summary>
    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(SweepInterval, _time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            var now = _time.GetTimestamp();
            var epoch = _router.Epoch;
            var isRemoved = _router.IsRemoved;
            foreach (var pending in _pending.Values)
            {
                if (now >= pending.Deadline)
                    GiveUp(pending, $"it had no result after {_options.ProposalTimeout}");
                else if (isRemoved)
                    GiveUp(pending, "this member was removed from the group");
                else if (pending.IsWithoutSession)
                    SendFirst(pending);
                else if (IsWorthRepeating(pending, now, epoch) && pending.TryRequeue())
                    Enqueue(pending);
            }

            _router.Wake();
        }
    }

    private bool IsWorthRepeating(PendingCommand pending, long now, long epoch) =>
        pending.IsParked || (pending.IsSent && (pending.LastEpoch != epoch || _time.GetElapsedTime(pending.LastSent, now) > RepeatAfter));

    private void GiveUpStopping(PendingCommand pending) => GiveUp(pending, "this member is stopping");

    private void GiveUp(PendingCommand pending, string reason)
    {
        if (!TryRemove(pending))
            return;
        pending.TrySetException(pending.InDoubt == 0
            ? new GroupUnavailableException($"A command for group '{_options.Name}' was given up: {reason}. {_router.Describe()} Nothing was written.")
            : Unknown(reason));
    }

    private OutcomeUnknownException Unknown(string reason) =>
        new($"A command for group '{_options.Name}' may or may not have been applied: {reason}. {_router.Describe()}");
}

using System.Collections.Concurrent;
using System.Threading.Channels;
using Orleans.Replication.Raft.Apply;
using Orleans.Replication.Raft.Log;

namespace Orleans.Replication.Raft.Proposals;

/// <summary>
/// This member's side of exactly-once (SAFETY 7): numbers commands in a session, sends them to whoever leads, repeats them when an answer or a
/// leader is lost, and completes them when this replica has applied them. A result is found by session and number, never by log index
/// (SAFETY S5).
/// </summary>
internal sealed class Proposer : IAppliedCommands, IAsyncDisposable
{
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(50);

    private readonly RaftGroupOptions _options;
    private readonly TimeProvider _time;
    private readonly ProposalRouter _router;
    private readonly ConcurrentDictionary<ulong, PendingCommand> _pending = new();
    private readonly Channel<PendingCommand> _outbox = Channel.CreateUnbounded<PendingCommand>(new() { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _numbering = new();
    private readonly SessionOpener _opener;
    private Task _sending = Task.CompletedTask;
    private Task _sweeping = Task.CompletedTask;
    private ulong _next = 1;
    private ulong _floor = 1;
    private long _queuedBytes;

    public Proposer(RaftGroupOptions options, ProposalRouter router, TimeProvider time)
    {
        _options = options;
        _router = router;
        _time = time;
        _opener = new SessionOpener(this);
    }

    public void Start()
    {
        _sending = SendAsync(_stopping.Token);
        _sweeping = SweepAsync(_stopping.Token);
    }

    /// <inheritdoc cref="RaftGroup.ProposeAsync"/>
    public async ValueTask<CommandResult> ProposeAsync(Command command, CancellationToken cancellationToken)
    {
        var bytes = command.Key.Length + command.Payload.Length;
        var deadline = _time.GetTimestamp() + (long)(_options.ProposalTimeout.TotalSeconds * _time.TimestampFrequency);
        while (true)
        {
            var session = await _opener.GetAsync(deadline, cancellationToken).ConfigureAwait(false);
            var pending = new PendingCommand(command, bytes, deadline);
            Register(pending, session);
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

    void IAppliedCommands.OnSessionOpened(ulong nonce, ulong session) => _opener.OnOpened(nonce, session);

    void IAppliedCommands.OnApplied(ulong session, ulong sequence, in CommandResult result)
    {
        if (session == _opener.Session && _pending.TryGetValue(sequence, out var pending) && TryRemove(pending))
            pending.TrySetResult(result);
    }

    void IAppliedCommands.OnSessionUnknown(ulong session, ulong sequence)
    {
        if (session != _opener.Session || !_pending.TryGetValue(sequence, out var pending))
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
            GiveUp(pending, "this member is stopping");
        _opener.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Sends an order to open a session the way commands are sent.</summary>
    /// <param name="publish">Told of the order before anybody can answer it.</param>
    internal PendingCommand BeginOpen(ulong nonce, long deadline, Action<PendingCommand> publish)
    {
        var pending = new PendingCommand(default, bytes: 0, deadline) { Sequence = nonce, Encoded = CommandFormat.EncodeOpenSession(nonce) };
        publish(pending);
        _pending[nonce] = pending;
        _outbox.Writer.TryWrite(pending);
        return pending;
    }

    /// <summary>Ends a command or order; false when it has ended before.</summary>
    internal bool TryRemove(PendingCommand pending)
    {
        if (!pending.TryFinish())
            return false;
        _pending.TryRemove(pending.Sequence, out _);
        Interlocked.Add(ref _queuedBytes, -pending.Bytes);
        return true;
    }

    private void Register(PendingCommand pending, ulong session)
    {
        if (_pending.Count >= _options.MaxQueuedProposals || Interlocked.Add(ref _queuedBytes, pending.Bytes) > _options.MaxQueuedBytes)
        {
            Interlocked.Add(ref _queuedBytes, -pending.Bytes);
            throw new GroupUnavailableException(
                $"Group '{_options.Name}' is busy: {_pending.Count} proposals with {Volatile.Read(ref _queuedBytes)} bytes wait on this member. Nothing was written.");
        }

        lock (_numbering)
        {
            pending.Sequence = _next++;
            _pending[pending.Sequence] = pending;
            while (_floor < pending.Sequence && !_pending.ContainsKey(_floor))
                _floor++;
            pending.Encoded = CommandFormat.EncodeApply(session, pending.Sequence, _floor, pending.Command);
        }

        if (!_outbox.Writer.TryWrite(pending) || _stopping.IsCancellationRequested)
            GiveUp(pending, "this member is stopping");
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
            while (batch.Count < _options.MaxQueuedProposals && bytes < _options.MaxBatchBytes && _outbox.Reader.TryRead(out var pending))
            {
                batch.Add(pending);
                bytes += pending.Encoded.Length;
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
            foreach (var pending in _pending.Values)
            {
                if (now >= pending.Deadline)
                    GiveUp(pending, $"it had no result after {_options.ProposalTimeout}");
                else if (IsWorthRepeating(pending, now, epoch) && pending.TryRequeue())
                    _outbox.Writer.TryWrite(pending);
            }

            _router.Wake();
        }
    }

    private bool IsWorthRepeating(PendingCommand pending, long now, long epoch) =>
        pending.IsParked || (pending.IsSent && (pending.LastEpoch != epoch || _time.GetElapsedTime(pending.LastSent, now) > RepeatAfter));

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

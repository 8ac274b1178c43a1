using System.IO.Pipelines;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>
/// Many streams over one connection: yamux (<c>/yamux/1.0.0</c>) on a transport that keeps bytes in order. The session owns the transport's
/// two ends and completes them when it is over.
/// </summary>
/// <remarks>
/// Three loops: one reads and never waits for the writer, one writes (the only user of the transport's output), one keeps the connection
/// alive. They share <see cref="Gate"/>, which guards the fields of the session, its queue and its streams, and is never held across an await,
/// a copy, or a call into the transport.
/// </remarks>
internal sealed partial class YamuxSession : IAsyncDisposable
{
    /// <summary>The most streams that may be open without the peer's acknowledgement, as go-yamux and rust-yamux have it.</summary>
    private const int AckBacklog = 256;

    private readonly IDuplexPipe _transport;
    private readonly ILogger _logger;
    private readonly Dictionary<uint, YamuxStream> _streams = [];
    private readonly SendQueue _queue = new();
    private readonly Channel<YamuxStream> _accepted;
    private readonly SemaphoreSlim _ackSlots = new(AckBacklog, AckBacklog);
    private readonly CancellationTokenSource _closed = new();
    private readonly CancellationTokenSource _stopReading = new();
    private readonly CancellationTokenSource _stopWriting;
    private Task? _running;
    private Exception? _error;
    private bool _isClosing;
    private uint _nextId;
    private int _inboundCount;
    private int _outboundCount;

    /// <summary>Creates a session; <see cref="Start"/> lets it run.</summary>
    /// <param name="transport">The secured connection.</param>
    /// <param name="initiator">Whether this side dialled the connection: its streams have odd ids then.</param>
    /// <param name="options">Windows, limits and time-outs; not to be changed afterwards.</param>
    /// <param name="logger">Takes protocol errors and refusals; never payload.</param>
    /// <param name="time">Drives the keep-alive, time-outs and round-trip times.</param>
    /// <param name="observer">Told for the numbers; nobody by default.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public YamuxSession(
        IDuplexPipe transport, bool initiator, YamuxOptions options, ILogger logger, TimeProvider time, YamuxObserver? observer = null)
    {
        options.Validate();
        _transport = transport;
        _logger = logger;
        _nextId = initiator ? 1u : 2u;
        IsInitiator = initiator;
        Options = options;
        Time = time;
        Observer = observer ?? YamuxObserver.None;
        Closed = _closed.Token;
        _stopWriting = new(Timeout.InfiniteTimeSpan, time);
        WindowBudget = new(options.MaxConnectionWindowBytes);
        SendPipeOptions = new(
            pauseWriterThreshold: options.MaxUnsentBytes,
            resumeWriterThreshold: options.MaxUnsentBytes / 2,
            minimumSegmentSize: 64 * 1024,
            useSynchronizationContext: false);
        _accepted = Channel.CreateBounded<YamuxStream>(new BoundedChannelOptions(options.AcceptBacklog) { FullMode = BoundedChannelFullMode.Wait });
    }

    public bool IsInitiator { get; }

    /// <summary>Fires when the session is over; every stream has failed by then.</summary>
    public CancellationToken Closed { get; }

    /// <summary>Why the session is over; null while it lives, and when it was closed in order by either side.</summary>
    public Exception? Error
    {
        get
        {
            lock (Gate)
                return _error;
        }
    }

    /// <summary>The streams that are open, in both directions together.</summary>
    public int StreamCount
    {
        get
        {
            lock (Gate)
                return _streams.Count;
        }
    }

    /// <summary>Whether the session has ended. Read with the gate held.</summary>
    internal bool IsOver { get; private set; }

    /// <summary>The round trip that recent pings took; zero before the first answer. Read with the gate held.</summary>
    internal TimeSpan RoundTrip { get; private set; }

    internal Lock Gate { get; } = new();

    internal YamuxOptions Options { get; }

    internal TimeProvider Time { get; }

    internal YamuxObserver Observer { get; }

    internal WindowBudget WindowBudget { get; }

    internal PipeOptions SendPipeOptions { get; }

    /// <summary>Starts reading, writing and the keep-alive. Once.</summary>
    public void Start()
    {
        lock (Gate)
        {
            if (_running is not null)
                throw new InvalidOperationException("The session was started before.");

            // The loops outlive the caller: they take nothing of its execution context with them.
            using (ExecutionContext.SuppressFlow())
                _running = Task.Run(RunAsync);
        }
    }

    /// <summary>
    /// Opens a stream, without a round trip: the peer hears of it with the first data, or when a read is asked for. Waits only while 256 streams
    /// are open that the peer has not acknowledged.
    /// </summary>
    /// <exception cref="StreamLimitExceededException"><see cref="YamuxOptions.MaxOutboundStreams"/> streams are open.</exception>
    /// <exception cref="ConnectionResetException">The session is over, or closing.</exception>
    public ValueTask<YamuxStream> OpenStreamAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<YamuxStream>(cancellationToken);
        return _ackSlots.Wait(0, CancellationToken.None) ? new(Open()) : OpenAfterWaitAsync(cancellationToken);
    }

    /// <summary>Waits for a stream that the peer opened. Null: the session is over.</summary>
    public async ValueTask<YamuxStream?> AcceptStreamAsync(CancellationToken cancellationToken = default)
    {
        var reader = _accepted.Reader;
        while (await reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (reader.TryRead(out var stream))
            {
                if (stream.TryAccept())
                    return stream;
            }
        }

        return null;
    }

    /// <summary>Gate held. Queues a stream if it has something to send. True: the caller has to wake the writer after leaving the gate.</summary>
    internal bool Enqueue(YamuxStream stream)
    {
        if (IsOver || !stream.IsReady)
            return false;

        _queue.Add(stream);
        return TakeWake();
    }

    /// <summary>Gate held. Queues a stream after its turn.</summary>
    internal void EnqueueFromWriter(YamuxStream stream)
    {
        if (!IsOver && stream.IsReady)
            _queue.Add(stream);
    }

    /// <summary>Gate held.</summary>
    internal void Forget(YamuxStream stream)
    {
        SendQueue.Remove(stream);
        if (!_streams.Remove(stream.Id))
            return;

        if (stream.IsLocal)
            _outboundCount--;
        else
            _inboundCount--;
    }

    internal void ReturnAckSlot() => _ackSlots.Release();

    private async ValueTask<YamuxStream> OpenAfterWaitAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Closed);
        try
        {
            await _ackSlots.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw OverException(Error);
        }

        return Open();
    }

    /// <summary>Adds a stream of this side; its slot of the backlog is taken already and goes back if this fails.</summary>
    private YamuxStream Open()
    {
        try
        {
            lock (Gate)
            {
                if (IsOver || _isClosing)
                    throw OverException(_error);
                if (_outboundCount >= Options.MaxOutboundStreams)
                    throw new StreamLimitExceededException(Options.MaxOutboundStreams);
                if (_nextId > uint.MaxValue - 2)
                    throw new ConnectionResetException("The session has used all its stream ids. Open a new connection.");

                var stream = new YamuxStream(this, _nextId, isLocal: true);
                _nextId += 2;
                _streams.Add(stream.Id, stream);
                _outboundCount++;
                return stream;
            }
        }
        catch
        {
            ReturnAckSlot();
            throw;
        }
    }
}

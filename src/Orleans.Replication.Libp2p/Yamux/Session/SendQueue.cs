namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>
/// What waits for the session's writer. Everything in it is bounded: one ping, a few pongs, the refusals of a misbehaving peer up to a limit, and every
/// stream at most once (its acknowledgement, credit and end are fields of the stream, so a later one replaces or adds to an earlier).
/// Guarded by the session's gate.
/// </summary>
internal sealed class SendQueue
{
    /// <summary>A peer that asks for more pongs than it takes gets only these.</summary>
    private const int MaxPongs = 16;

    /// <summary>A peer that goes on opening refused streams without taking the refusals is cut off.</summary>
    private const int MaxRefusals = 4_096;

    /// <summary>After so many streams that had been idle, one of those that always have more gets its turn.</summary>
    private const int MaxFreshInRow = 16;

    private readonly Queue<uint> _pongs = new(MaxPongs);
    private readonly Queue<uint> _refusals = new();
    private readonly StreamList _fresh = new();
    private readonly StreamList _backlogged = new();
    private PingRequest? _ping;
    private YamuxErrorCode? _goAway;
    private int _freshInRow;

    /// <summary>Counts the writer's bursts, to tell streams that send now and then from those that send all the time.</summary>
    public long Burst { get; private set; }

    /// <summary>Whether the session is to end with a go-away once the rest is sent.</summary>
    public bool HasGoAway => _goAway is not null;

    public bool IsEmptyButForGoAway => _pongs.Count == 0 && _refusals.Count == 0 && _ping is null && _fresh.IsEmpty && _backlogged.IsEmpty;

    public void BeginBurst() => Burst++;

    public void AddPong(uint value)
    {
        if (_pongs.Count < MaxPongs)
            _pongs.Enqueue(value);
    }

    public void AddPing(PingRequest ping) => _ping = ping;

    public void AddGoAway(YamuxErrorCode code) => _goAway ??= code;

    /// <returns>False when the peer has let too many refusals pile up.</returns>
    public bool TryAddRefusal(uint streamId)
    {
        if (_refusals.Count >= MaxRefusals)
            return false;

        _refusals.Enqueue(streamId);
        return true;
    }

    /// <summary>Queues a stream; one that sent in the last burst goes behind those that did not.</summary>
    public void Add(YamuxStream stream)
    {
        if (stream.Links.List is null)
            (stream.LastBurst >= Burst - 1 ? _backlogged : _fresh).Add(stream);
    }

    public static void Remove(YamuxStream stream) => stream.Links.List?.Remove(stream);

    /// <summary>Takes the next frame that belongs to no stream.</summary>
    public bool TryTakeControl(TimeProvider time, out FrameHeader frame)
    {
        frame = default;
        if (_pongs.TryDequeue(out var value))
        {
            frame = new(FrameType.Ping, FrameFlags.Ack, 0, value);
        }
        else if (_ping is { } ping)
        {
            _ping = null;
            ping.SentAt = time.GetTimestamp();
            frame = new(FrameType.Ping, FrameFlags.Syn, 0, ping.Value);
        }
        else if (_refusals.TryDequeue(out var streamId))
        {
            frame = new(FrameType.WindowUpdate, FrameFlags.Rst, streamId, (uint)YamuxErrorCode.ResourceLimitExceeded);
        }
        else
        {
            return false;
        }

        return true;
    }

    /// <summary>Takes the next stream: those that were idle first, so that a heartbeat waits for one frame of a bulk transfer at most.</summary>
    public YamuxStream? TakeStream()
    {
        var takeFresh = !_fresh.IsEmpty && (_freshInRow < MaxFreshInRow || _backlogged.IsEmpty);
        _freshInRow = takeFresh ? _freshInRow + 1 : 0;
        return (takeFresh ? _fresh : _backlogged).Take();
    }

    /// <summary>Takes the go-away, which is always the last frame.</summary>
    public bool TryTakeGoAway(out FrameHeader frame)
    {
        frame = new(FrameType.GoAway, FrameFlags.None, 0, (uint)_goAway.GetValueOrDefault());
        var had = _goAway is not null;
        _goAway = null;
        return had;
    }

    /// <summary>The session is over: nothing but a go-away is sent any more.</summary>
    public void Clear()
    {
        _pongs.Clear();
        _refusals.Clear();
        _ping = null;
        while (_fresh.Take() is not null || _backlogged.Take() is not null)
        {
        }
    }
}

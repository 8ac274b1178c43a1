namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>Pings, in both directions, and everything that depends on time: lost connections and streams that linger.</summary>
internal sealed partial class YamuxSession
{
    private static readonly TimeSpan LongestTick = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestTick = TimeSpan.FromMilliseconds(10);

    /// <summary>How often the round trip is measured at the start: the first one of a process is slow.</summary>
    private const int FirstPings = 3;

    private PingRequest? _ping;
    private int _answeredPings;
    private uint _pingValue = (uint)Random.Shared.Next();
    private long _pingedAt;

    /// <summary>Measures a round trip. Callers share a ping that is under way.</summary>
    /// <exception cref="Microsoft.AspNetCore.Connections.ConnectionResetException">The session ended before an answer came.</exception>
    public ValueTask<TimeSpan> PingAsync(CancellationToken cancellationToken = default)
    {
        PingRequest ping;
        bool mustWake;
        lock (Gate)
        {
            if (IsOver)
                throw OverException(_error);
            ping = _ping ?? AddPing();
            mustWake = TakeWake();
        }

        if (mustWake)
            WakeOnPool();
        return new(ping.Answer.WaitAsync(cancellationToken));
    }

    private PingRequest AddPing()
    {
        _pingedAt = Time.GetTimestamp();
        _ping = new(unchecked(++_pingValue), _pingedAt);
        _queue.AddPing(_ping);
        return _ping;
    }

    private void OnPing(in FrameHeader frame)
    {
        if ((frame.Flags & FrameFlags.Ack) != 0)
        {
            OnPong(frame.Length);
            return;
        }

        if ((frame.Flags & FrameFlags.Syn) == 0)
            return;

        bool mustWake;
        lock (Gate)
        {
            if (IsOver || _isClosing)
                return; // The go-away is the answer: a peer that is turned away must not take a pong for a welcome.
            _queue.AddPong(frame.Length);
            mustWake = TakeWake();
        }

        if (mustWake)
            WakeOnPool();
    }

    private void OnPong(uint value)
    {
        PingRequest ping;
        TimeSpan roundTrip;
        bool mustWake;
        lock (Gate)
        {
            if (_ping is null || _ping.Value != value)
                return;

            ping = _ping;
            _ping = null;
            roundTrip = Time.GetElapsedTime(ping.SentAt);
            // Down at once, up slowly: a sample that waited behind a bulk transfer says little about the way.
            RoundTrip = RoundTrip == TimeSpan.Zero || roundTrip < RoundTrip ? roundTrip : RoundTrip + ((roundTrip - RoundTrip) / 8);
            if (++_answeredPings < FirstPings)
                AddPing();
            mustWake = TakeWake();
        }

        if (mustWake)
            WakeOnPool();
        Observer.RoundTripMeasured?.Invoke(roundTrip);
        ping.Succeed(roundTrip);
    }

    private async Task KeepAliveLoopAsync()
    {
        try
        {
            StartPing(); // The windows' growth needs a round-trip time from the start.
            using var timer = new PeriodicTimer(Tick(), Time);
            while (await timer.WaitForNextTickAsync(_stopReading.Token).ConfigureAwait(false))
                OnTick();
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
    }

    private void OnTick()
    {
        var flushingSince = Volatile.Read(ref _flushingSince);
        if (flushingSince != 0 && Time.GetElapsedTime(flushingSince) > Options.KeepAliveTimeout)
        {
            End(new TimeoutException($"The peer took nothing of what was written for {Options.KeepAliveTimeout}."), goAway: null);
            return;
        }

        PingRequest? ping;
        long pingedAt;
        YamuxStream[] streams;
        lock (Gate)
        {
            ping = _ping;
            pingedAt = _pingedAt;
            streams = [.. _streams.Values];
        }

        // Whatever arrives proves that the peer lives, also when its answer waits behind a bulk transfer.
        if (ping is not null && Time.GetElapsedTime(Math.Max(ping.QueuedAt, Volatile.Read(ref _receivedAt))) > Options.KeepAliveTimeout)
            End(new TimeoutException($"The peer answered nothing for {Options.KeepAliveTimeout}."), goAway: null);
        else if (ping is null && Options.KeepAliveInterval != Timeout.InfiniteTimeSpan && Time.GetElapsedTime(pingedAt) >= Options.KeepAliveInterval)
            StartPing();

        foreach (var stream in streams)
        {
            if (stream.HasLingered(Options.StreamCloseTimeout))
                stream.Reset();
        }
    }

    private void StartPing()
    {
        bool mustWake;
        lock (Gate)
        {
            if (IsOver || _isClosing || _ping is not null)
                return;
            AddPing();
            mustWake = TakeWake();
        }

        if (mustWake)
            WakeOnPool();
    }

    private TimeSpan Tick()
    {
        var shortest = Options.KeepAliveTimeout < Options.StreamCloseTimeout ? Options.KeepAliveTimeout : Options.StreamCloseTimeout;
        if (Options.KeepAliveInterval != Timeout.InfiniteTimeSpan && Options.KeepAliveInterval < shortest)
            shortest = Options.KeepAliveInterval;
        var tick = shortest / 4;
        return tick < ShortestTick ? ShortestTick : tick > LongestTick ? LongestTick : tick;
    }
}

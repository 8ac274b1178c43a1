namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>
/// What the peer may send on one stream, and when to let it send more: credit goes back when the application has consumed half a window, not
/// when bytes arrive, else there would be no back-pressure. Guarded by the session's gate.
/// </summary>
/// <remarks>Invariant: <c>SizeBytes = CreditBytes + UnreadBytes + consumed and not yet given back</c>.</remarks>
internal sealed class ReceiveWindow
{
    private const int GrowthRoundTrips = 4;

    private readonly int _initialBytes;
    private readonly int _maxBytes;
    private readonly WindowBudget _budget;
    private readonly TimeProvider _time;
    private long _consumedBytes;
    private long _lastUpdate;

    public ReceiveWindow(int initialBytes, int maxBytes, WindowBudget budget, TimeProvider time)
    {
        _initialBytes = initialBytes;
        _maxBytes = maxBytes;
        _budget = budget;
        _time = time;
        SizeBytes = initialBytes;
        CreditBytes = initialBytes;
        _lastUpdate = time.GetTimestamp();
    }

    public long SizeBytes { get; private set; }

    /// <summary>What the peer may still send.</summary>
    public long CreditBytes { get; private set; }

    /// <summary>What the peer has sent, or begun to send, and the application has not consumed.</summary>
    public long UnreadBytes { get; private set; }

    /// <summary>Charges a frame that arrives. False: the peer sends more than it may.</summary>
    public bool TryReceive(uint bytes)
    {
        if (bytes > CreditBytes)
            return false;

        CreditBytes -= bytes;
        UnreadBytes += bytes;
        return true;
    }

    /// <summary>The application consumed these bytes. Returns what to give back to the peer now; 0 until half a window has come together.</summary>
    public long Consume(long bytes, TimeSpan roundTrip)
    {
        UnreadBytes -= bytes;
        _consumedBytes += bytes;
        if (_consumedBytes * 2 < SizeBytes)
            return 0;

        var now = _time.GetTimestamp();
        var isFast = roundTrip > TimeSpan.Zero && _time.GetElapsedTime(_lastUpdate, now) < roundTrip * GrowthRoundTrips;
        _lastUpdate = now;
        return GiveBack(isFast ? Grow() : 0);
    }

    /// <summary>
    /// The application looked at everything that arrived and needs more before it consumes any. Without this a message larger than a window would
    /// wait for ever. False: nothing can be given, and nothing is under way.
    /// </summary>
    public bool TryExtend(out long giveBack)
    {
        giveBack = 0;
        if (CreditBytes * 2 >= SizeBytes)
            return true;

        giveBack = GiveBack(Grow());
        return CreditBytes > 0;
    }

    /// <summary>The stream is gone: its growth is for others to use.</summary>
    public void Release()
    {
        _budget.Return(SizeBytes - _initialBytes);
        SizeBytes = _initialBytes;
    }

    private long Grow()
    {
        var growth = Math.Min(SizeBytes, _maxBytes - SizeBytes);
        return growth > 0 && _budget.TryTake(growth) ? growth : 0;
    }

    private long GiveBack(long growth)
    {
        var credit = _consumedBytes + growth;
        _consumedBytes = 0;
        SizeBytes += growth;
        CreditBytes += credit;
        return credit;
    }
}

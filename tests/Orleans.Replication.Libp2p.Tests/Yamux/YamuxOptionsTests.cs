namespace Orleans.Replication.Libp2p.Tests.Yamux;

public sealed class YamuxOptionsTests
{
    public static TheoryData<string, Action<YamuxOptions>> Wrong => new()
    {
        { nameof(YamuxOptions.WindowBytes), o => o.WindowBytes = (256 * 1024) - 1 },
        { nameof(YamuxOptions.MaxWindowBytes), o => o.MaxWindowBytes = o.WindowBytes - 1 },
        { nameof(YamuxOptions.MaxConnectionWindowBytes), o => o.MaxConnectionWindowBytes = -1 },
        { nameof(YamuxOptions.MaxFrameBytes), o => o.MaxFrameBytes = (16 * 1024) - 1 },
        { nameof(YamuxOptions.MaxFrameBytes), o => o.MaxFrameBytes = (64 * 1024) + 1 },
        { nameof(YamuxOptions.MaxUnsentBytes), o => o.MaxUnsentBytes = o.MaxFrameBytes - 1 },
        { nameof(YamuxOptions.MaxInboundStreams), o => o.MaxInboundStreams = -1 },
        { nameof(YamuxOptions.MaxOutboundStreams), o => o.MaxOutboundStreams = 0 },
        { nameof(YamuxOptions.AcceptBacklog), o => o.AcceptBacklog = 0 },
        { nameof(YamuxOptions.KeepAliveInterval), o => o.KeepAliveInterval = TimeSpan.Zero },
        { nameof(YamuxOptions.KeepAliveTimeout), o => o.KeepAliveTimeout = TimeSpan.Zero },
        { nameof(YamuxOptions.StreamCloseTimeout), o => o.StreamCloseTimeout = TimeSpan.Zero },
        { nameof(YamuxOptions.CloseTimeout), o => o.CloseTimeout = TimeSpan.Zero },
    };

    [Fact]
    public void The_defaults_are_valid() => new YamuxOptions().Validate();

    [Fact]
    public void The_keep_alive_may_be_off() => new YamuxOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan }.Validate();

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void A_wrong_value_is_named(string option, Action<YamuxOptions> change)
    {
        var options = new YamuxOptions();
        change(options);

        var error = Assert.Throws<ArgumentException>(options.Validate);

        Assert.Contains($"{nameof(YamuxOptions)}.{option} is", error.Message, StringComparison.Ordinal);
    }
}

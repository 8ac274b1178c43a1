using Microsoft.Extensions.Time.Testing;
using Orleans.Replication.Joining;

namespace Orleans.Replication.Tests.Joining;

/// <summary>How much may be asked at the door.</summary>
public sealed class RequestRateTests
{
    [Fact]
    public void So_many_come_through_at_once_and_then_so_many_in_a_second()
    {
        var time = new FakeTimeProvider();
        var rate = new RequestRate(perSecond: 4, time);
        Assert.Equal(4, TakeAll(rate));
        time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.Equal(0, TakeAll(rate));
        time.Advance(TimeSpan.FromMilliseconds(501));
        Assert.Equal(3, TakeAll(rate));
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(4, TakeAll(rate));
    }

    private static int TakeAll(RequestRate rate)
    {
        var taken = 0;
        while (taken < 100 && rate.TryTake())
            taken++;
        return taken;
    }
}

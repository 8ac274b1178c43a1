using CsCheck;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Tests.Yamux;

public sealed class ReceiveWindowTests
{
    private const int Initial = YamuxOptions.ProtocolWindowBytes;

    [Fact]
    public void Credit_adds_up_whatever_is_received_and_consumed()
    {
        // What the peer was ever granted = what it sent + what it may still send, and never more than the largest window at once.
        var step = Gen.Select(Gen.Int[0, 400_000], Gen.Int[0, 400_000], Gen.Bool, Gen.Bool);
        Gen.Select(Gen.Int[1, 64], Gen.Long[0, 4 * Initial], step.List[0, 60]).Sample((multiple, budgetBytes, steps) =>
        {
            var max = Math.Min(multiple, 8) * Initial;
            var budget = new WindowBudget(budgetBytes);
            var window = new ReceiveWindow(Initial, max, budget, TimeProvider.System);
            long granted = Initial, received = 0, unread = 0;
            foreach (var (arrives, reads, isFast, extends) in steps)
            {
                if (window.TryReceive((uint)arrives))
                    (received, unread) = (received + arrives, unread + arrives);
                else
                    Assert.True(arrives > granted - received);

                var consumed = Math.Min(reads, unread);
                unread -= consumed;
                granted += window.Consume(consumed, isFast ? TimeSpan.FromDays(1) : TimeSpan.Zero);
                if (extends && unread > 0)
                {
                    var isAlive = window.TryExtend(out var extension);
                    granted += extension;
                    Assert.True(isAlive == granted > received);
                }

                Assert.Equal(unread, window.UnreadBytes);
                Assert.Equal(granted - received, window.CreditBytes);
                Assert.InRange(window.CreditBytes + window.UnreadBytes, 0, window.SizeBytes);
                Assert.InRange(window.SizeBytes, Initial, max);
                Assert.Equal(budgetBytes, budget.LeftBytes + window.SizeBytes - Initial);
            }

            window.Release();
            Assert.Equal(budgetBytes, budget.LeftBytes);
        });
    }

    [Fact]
    public void A_window_consumed_within_four_round_trips_doubles_up_to_the_largest()
    {
        var window = new ReceiveWindow(Initial, 3 * Initial, new(long.MaxValue), TimeProvider.System);
        var sizes = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            var half = (uint)(window.SizeBytes / 2);
            Assert.True(window.TryReceive(half));
            window.Consume(half, TimeSpan.FromDays(1));
            sizes.Add(window.SizeBytes);
        }

        Assert.Equal([2L * Initial, 3L * Initial, 3L * Initial], sizes);
    }

    [Fact]
    public void A_window_consumed_slowly_or_before_a_round_trip_was_measured_stays()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var window = new ReceiveWindow(Initial, 4 * Initial, new(long.MaxValue), time);
        Assert.True(window.TryReceive(Initial));

        Assert.Equal(Initial / 2, window.Consume(Initial / 2, TimeSpan.Zero));
        time.Advance(TimeSpan.FromMilliseconds(4));
        Assert.Equal(Initial / 2, window.Consume(Initial / 2, TimeSpan.FromMilliseconds(1)));

        Assert.Equal(Initial, window.SizeBytes);
    }
}

using System.Text;
using CsCheck;
using Orleans.Hosting;
using Orleans.Replication.Streams.Provider;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Groups;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Streams;

/// <summary>Which stream a state has, and what is on it.</summary>
public sealed class StateStreamIdTests
{
    [Fact]
    public void The_namespace_is_the_grain_type_and_the_state_and_the_key_is_the_grains()
    {
        var id = new StateReference<Basket>(GrainId.Create("stock", "Ада/1"), "basket").GetStreamId();
        Assert.Equal(("stock/basket", "Ада/1"), (id.GetNamespace(), id.GetKeyAsString()));
    }

    [Fact]
    public void Every_state_has_a_stream_of_its_own_which_leads_back_to_it()
    {
        Gen.Select(Gen.String[1, 20], Gen.String[1, 20], Gen.String[1, 20]).Sample((type, key, state) =>
        {
            // Blank text, or such that UTF-8 does not have, cannot be the type, key or name of anything.
            (type, key, state) = (Sound($"t{type}"), Sound($"k{key}"), Sound(state));
            var grain = GrainId.Create(type, key);
            Assert.True(StateStreams.TryGetState(StateStreams.IdOf(grain, state), out var back, out var name));
            Assert.Equal((grain, state), (back, name));
        });

        static string Sound(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
    }

    [Theory]
    [InlineData("basket")]
    [InlineData("/basket")]
    [InlineData("stock/")]
    public void Other_streams_are_of_no_state(string ns) => Assert.False(StateStreams.TryGetState(StreamId.Create(ns, "1"), out _, out _));

    [Fact]
    public void A_subscription_as_another_type_says_what_to_subscribe_as()
    {
        var change = new GroupChange { Group = "default", Grain = GrainId.Create("stock", "1"), StateName = "basket", Kind = StateChangeKind.Cleared, Version = 7 };
        var batch = new StateChangeBatch(StateStreams.IdOf(change.Grain, change.StateName), change, SiloServices.Provider);
        Assert.Equal(7, batch.SequenceToken.SequenceNumber);
        Assert.Equal(7, Assert.Single(batch.GetEvents<StateChange<Basket>>()).Item1.Version);
        var error = Assert.Throws<ReplicationConfigurationException>(() => batch.GetEvents<Basket>());
        Assert.Contains("Subscribe with GetStream(state), or as StateChange<TState>.", error.Message, StringComparison.Ordinal);
    }
}

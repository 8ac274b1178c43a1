using CsCheck;
using Orleans.Replication.Storage.Records;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Storage;

public sealed class GrainRecordKeyTests
{
    // A small alphabet makes collisions of a careless encoding likely.
    private static readonly Gen<string> Name = Gen.OneOf('a', '/', '\\', '#', '?', '\0', 'ж').Array[1, 4].Select(chars => new string(chars));

    private static readonly Gen<(string Provider, string Type, string Key, string State)> Names = Gen.Select(Name, Name, Name, Name);

    [Fact]
    public void Different_names_make_different_keys() =>
        Gen.Select(Names, Names).Sample(pair => (pair.Item1 == pair.Item2) == Encode(pair.Item1).SequenceEqual(Encode(pair.Item2)));

    [Theory]
    [InlineData("a", "b/c", "a/b", "c")]
    [InlineData("счёт", "один", "счёт/один", "")]
    [InlineData("account", "1#?", "account#", "1?")]
    [InlineData("account", "1\\", "account\\", "1")]
    public void Moving_a_character_from_one_name_to_the_next_makes_another_key(string key1, string state1, string key2, string state2) =>
        Assert.NotEqual(Encode(("p", "t", key1, state1)), Encode(("p", "t", key2, state2)));

    [Fact]
    public void Providers_have_keys_of_their_own() =>
        Assert.NotEqual(Encode(("first", "t", "k", "s")), Encode(("second", "t", "k", "s")));

    [Fact]
    public void Names_that_fit_a_key_exactly_are_taken_and_longer_ones_refused()
    {
        var longest = new string('k', 1 + GrainRecordKey.MaxBytes - Encode(("p", "t", "k", "s")).Length);
        Assert.Equal(GrainRecordKey.MaxBytes, Encode(("p", "t", longest, "s")).Length);
        Assert.Throws<ArgumentException>(() => Encode(("p", "t", longest + "k", "s")));
    }

    private static byte[] Encode((string Provider, string Type, string Key, string State) names) =>
        GrainRecordKey.Encode(names.Provider, GrainId.Create(names.Type, names.Key), names.State);
}

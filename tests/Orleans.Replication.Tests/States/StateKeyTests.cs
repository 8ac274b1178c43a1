using CsCheck;
using Orleans.Replication.States;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.States;

public sealed class StateKeyTests
{
    private static readonly string[] Names = ["a", "aa", "a/b", "#", "?", "\\", "состояние", "\0", "a\0b"];

    private static readonly Gen<string> Name = Gen.OneOf(Gen.String[1, 20].Where(s => !string.IsNullOrWhiteSpace(s)), Gen.Int[0, Names.Length - 1].Select(i => Names[i]));

    [Fact]
    public void Decoding_gives_back_what_was_encoded() => Gen.Select(Name, Name, Name).Sample((type, key, state) =>
    {
        var grain = GrainId.Create(type, key);
        Assert.True(StateKey.TryDecode(StateKey.Encode(grain, state), out var decoded, out var name));
        Assert.Equal(grain, decoded);
        Assert.Equal(System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(state)), name);
    });

    [Fact]
    public void No_two_states_share_a_key() => Gen.Select(Name, Name, Name).Array[2].Sample(pair =>
    {
        var first = StateKey.Encode(GrainId.Create(pair[0].Item1, pair[0].Item2), pair[0].Item3);
        var second = StateKey.Encode(GrainId.Create(pair[1].Item1, pair[1].Item2), pair[1].Item3);
        var decodedFirst = Decode(first);
        var decodedSecond = Decode(second);
        return first.AsSpan().SequenceEqual(second) == (decodedFirst == decodedSecond);
    });

    [Fact]
    public void All_states_of_a_grain_begin_with_its_prefix_and_those_of_others_do_not()
    {
        var prefix = StateKey.EncodePrefix(GrainId.Create("t", "ab"));
        Assert.True(StateKey.Encode(GrainId.Create("t", "ab"), "c").AsSpan().StartsWith(prefix));
        Assert.False(StateKey.Encode(GrainId.Create("t", "abc"), "c").AsSpan().StartsWith(prefix));
        Assert.False(StateKey.Encode(GrainId.Create("ta", "b"), "c").AsSpan().StartsWith(prefix));
    }

    [Fact]
    public void Any_bytes_give_a_key_or_a_refusal() => Gen.Byte.Array[0, 40].Sample(bytes => { StateKey.TryDecode(bytes, out _, out _); });

    [Fact]
    public void Names_that_are_too_long_are_refused() =>
        Assert.ThrowsAny<ArgumentException>(() => StateKey.Encode(GrainId.Create("t", new string('k', 65_536)), "s"));

    private static (GrainId, string) Decode(byte[] key) => StateKey.TryDecode(key, out var grain, out var name) ? (grain, name) : default;
}

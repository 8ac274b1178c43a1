using CsCheck;
using Orleans.Replication.States;

namespace Orleans.Replication.Tests.States;

public sealed class RejectionTests
{
    private sealed class TalkativeException(string message) : Exception(message);

    private sealed class MuteException : Exception
    {
        public override string Message => throw new InvalidOperationException();
    }

    [Fact]
    public void A_rejection_keeps_the_type_and_the_message()
    {
        var rejection = Rejection.Decode(Rejection.Encode(new TalkativeException("мало места")));
        Assert.Equal((typeof(TalkativeException).FullName, "мало места"), (rejection.ErrorType, rejection.Message));
    }

    [Fact]
    public void A_long_message_is_cut() =>
        Assert.Equal(Rejection.MaxMessageChars, Rejection.Decode(Rejection.Encode(new TalkativeException(new string('x', 1 << 20)))).Message.Length);

    [Fact]
    public void An_exception_without_a_message_it_can_tell_is_still_a_rejection() =>
        Assert.Equal(typeof(MuteException).FullName, Rejection.Decode(Rejection.Encode(new MuteException())).ErrorType);

    [Fact]
    public void Any_bytes_are_a_rejection() => Gen.Byte.Array[0, 40].Sample(bytes => { _ = Rejection.Decode(bytes); });
}

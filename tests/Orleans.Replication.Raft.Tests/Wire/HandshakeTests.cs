using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Tests.Wire;

/// <summary>Who may talk to a member at all (SAFETY 13): asked of a real one.</summary>
public sealed class HandshakeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly Hello Good = new()
    {
        Version = WireVersion.Current,
        Cluster = "test",
        Group = "default",
        Sender = "member-2",
        Purpose = Purpose.Election,
        Session = 1,
    };

    public static TheoryData<string, string> Refusals => new()
    {
        { "cluster", "this is cluster 'test', not 'other'" },
        { "group", "'member-2' is no member of a group 'other' here" },
        { "sender", "the transport has proven 'member-2', not 'member-3'" },
        { "version", "protocol version 2 is not spoken here, version 1 is" },
        { "stranger", "'stranger' is no member of a group 'default' here" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Raft_is_refused_to_who_does_not_belong_with_the_reason(string wrong, string reason)
    {
        await using var cluster = new TestCluster(3);
        await cluster.Members[0].StartAsync();
        await using var connection = await DialAsync(cluster, wrong == "stranger" ? "stranger" : "member-2", "raft");
        var messages = await GreetAsync(connection, Wrong(wrong));
        var answer = await messages.ReadAsync(RaftResponse.Parser, CancellationToken.None).AsTask().WaitAsync(Patience);
        Assert.Equal(reason, answer!.Refused);
        Assert.True(await IsClosedAsync(messages));
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Questions_of_who_does_not_belong_are_not_answered(string wrong, string reason)
    {
        Assert.NotEmpty(reason);
        await using var cluster = new TestCluster(3);
        await cluster.Members[0].StartAsync();
        await using var connection = await DialAsync(cluster, wrong == "stranger" ? "stranger" : "member-2", "group");
        var messages = await GreetAsync(connection, Wrong(wrong));
        Assert.True(await IsClosedAsync(messages));
    }

    [Theory]
    [InlineData("raft")]
    [InlineData("group")]
    public async Task A_connection_without_a_Hello_is_closed(string protocol)
    {
        await using var cluster = new TestCluster(3);
        await cluster.Members[0].StartAsync();
        await using var silent = await DialAsync(cluster, "member-2", protocol);
        await using var garbled = await DialAsync(cluster, "member-3", protocol);
        await garbled.Transport.Output.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        Assert.True(await IsClosedAsync(new MessageStream(garbled.Transport, 1 << 20)));
        Assert.True(await IsClosedAsync(new MessageStream(silent.Transport, 1 << 20)));
    }

    [Fact]
    public async Task A_Hello_that_is_larger_than_any_Hello_is_refused_unread()
    {
        await using var cluster = new TestCluster(3);
        await cluster.Members[0].StartAsync();
        await using var connection = await DialAsync(cluster, "member-2", "raft");
        var large = Good.Clone();
        large.Cluster = new string('x', WireVersion.OverheadBytes);
        MessageStream messages;
        try
        {
            messages = await GreetAsync(connection, large);
        }
        catch (IOException)
        {
            // The member has closed the connection before it was all sent.
            return;
        }

        Assert.True(await IsClosedAsync(messages));
    }

    [Fact]
    public async Task A_member_that_belongs_is_answered()
    {
        await using var cluster = new TestCluster(3);
        await cluster.Members[0].StartAsync();
        await using var connection = await DialAsync(cluster, "member-2", "group");
        var messages = await GreetAsync(connection, Good, new GroupRequest { Id = 7, Status = new Status() });
        var answer = await messages.ReadAsync(GroupResponse.Parser, CancellationToken.None);
        Assert.Equal(7ul, answer!.Id);
        Assert.Equal(Answer.Ok, answer.Answer);
        Assert.False(answer.Votes);
    }

    [Fact]
    public async Task A_question_or_request_of_a_later_version_is_refused_and_the_member_goes_on()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var member = cluster.Members[0];
        await using var asking = await DialAsync(cluster, "member-2", "group");
        var questions = await GreetAsync(asking, Good, new GroupRequest { Id = 1 });
        Assert.Equal(Answer.Refused, (await questions.ReadAsync(GroupResponse.Parser, CancellationToken.None))!.Answer);

        var hello = Good.Clone();
        hello.Purpose = Purpose.Unspecified;
        await using var requesting = await DialAsync(cluster, "member-2", "raft");
        Assert.True(await IsClosedAsync(await GreetAsync(requesting, hello, new RaftRequest())));
        Assert.Null(member.Group.GetStatus().Fault);
        await member.Group.ProposeAsync(KeyValueTable.Put("key", "value"));
    }

    private static Hello Wrong(string what)
    {
        var hello = Good.Clone();
        switch (what)
        {
            case "cluster":
                hello.Cluster = "other";
                break;
            case "group":
                hello.Group = "other";
                break;
            case "sender":
                hello.Sender = "member-3";
                break;
            case "version":
                hello.Version = 2;
                break;
            default:
                hello.Sender = "stranger";
                break;
        }

        return hello;
    }

    private static ValueTask<ConnectionContext> DialAsync(TestCluster cluster, string from, string protocol) =>
        cluster.Network.Dialler(from, protocol).ConnectAsync(TestMember.Peer("member-1").EndPoint);

    private static async Task<MessageStream> GreetAsync(ConnectionContext connection, params Google.Protobuf.IMessage[] greetings)
    {
        var messages = new MessageStream(connection.Transport, 1 << 20);
        foreach (var greeting in greetings)
            messages.Write(greeting);
        await messages.FlushAsync(CancellationToken.None);
        return messages;
    }

    private static async Task<bool> IsClosedAsync(MessageStream messages)
    {
        try
        {
            return await messages.ReadAsync(GroupResponse.Parser, CancellationToken.None).AsTask().WaitAsync(Patience) is null;
        }
        catch (IOException)
        {
            return true;
        }
    }
}

using System.IO.Pipelines;
using Orleans.Replication.Administration.Wire;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Tests.Administration;

/// <summary>The admin protocol, spoken to a real silo by a stranger who may or may not know the token.</summary>
public sealed class AdminProtocolTests
{
    private const string Token = "a token of a test, long enough";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A silo that let go of the stream at once reset it, and the tool said that the connection was lost.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_reaches_a_caller_who_reads_it_late(bool isAllowed)
    {
        using var folder = new TestFolder();
        await using var silo = await TestSilo.StartOneAsync(folder.Sub("silo"), options => options.AdminToken = Token);
        var at = Multiaddr.Parse(silo.Replication.GetAddresses(silo.Replication.PeerId)[0]);
        using var identity = PeerIdentity.Generate();
        await using var caller = new Libp2pHost(new Libp2pOptions { Identity = identity, Gater = new PeerAllowList(at.PeerId!.Value) });
        await caller.StartAsync(Cancelled);
        await caller.ConnectAsync(at, Cancelled);

        var late = await AskAsync(caller, at.PeerId.Value, isAllowed ? Token : "another token of a test");
        for (var i = 0; i < 5; i++)
        {
            // On the same connection: behind these answers, everything about the first stream has come as well.
            await using var other = await AskAsync(caller, at.PeerId.Value, Token);
            Assert.Equal(AdminResponse.KindOneofCase.Status, await ReadAsync(other));
        }

        await using (late)
            Assert.Equal(isAllowed ? AdminResponse.KindOneofCase.Status : AdminResponse.KindOneofCase.Failure, await ReadAsync(late));
    }

    private static async Task<Libp2pStream> AskAsync(Libp2pHost caller, PeerId silo, string token)
    {
        var stream = await caller.NewStreamAsync(silo, new ProtocolId(AdminMessages.ProtocolId), Cancelled);
        var requests = new AdminMessages(stream.Output.AsStream(leaveOpen: true));
        await requests.WriteAsync(new AdminHello { Version = AdminMessages.Version, Token = token }, Cancelled);
        await requests.WriteAsync(new AdminRequest { Status = new StatusRequest() }, Cancelled);
        return stream;
    }

    private static async Task<AdminResponse.KindOneofCase?> ReadAsync(Libp2pStream stream) =>
        (await new AdminMessages(stream.Input.AsStream(leaveOpen: true)).ReadAsync(AdminResponse.Parser, AdminMessages.MaxMessageBytes, Cancelled))?.KindCase;
}

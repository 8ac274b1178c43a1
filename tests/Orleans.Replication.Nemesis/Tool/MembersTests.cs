using System.Text.Json;
using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Nemesis.Tool;

/// <summary>The members of a group of real processes, changed with the tool.</summary>
public sealed class MembersTests(OperatedSilo fixture) : IClassFixture<OperatedSilo>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string[] Remote => ["--at", fixture.Address, "--identity", fixture.Identity];

    [Fact]
    public async Task A_silo_is_added_as_a_learner_or_voter_moved_demoted_and_removed()
    {
        await using var silo = await JoiningSilo.PrepareAsync(fixture["."], "second", [fixture.Address], Cancelled);
        await silo.StartAsync();
        var added = (await ToolRun.StartAsync(["members", "add", silo.Address, "--learner", .. Remote, "--json"])).Done().Json;
        Assert.Equal((silo.PeerId, "addLearner"), (added.GetProperty("peerId").GetString(), added.GetProperty("change").GetString()));
        Assert.Equal("learner", await RoleAsync(silo.PeerId));

        // Asked again with more in mind, it goes on from there.
        Assert.Contains("is a voter of group 'default'", (await ToolRun.StartAsync(["members", "add", silo.Address, .. Remote])).Done().Output, StringComparison.Ordinal);
        Assert.Equal("voter", await RoleAsync(silo.PeerId));
        await KeyValueCluster.WaitUntilReadyAsync([silo], Cancelled);
        (await ToolRun.StartAsync(["members", "move", silo.Address, .. Remote])).Done();
        (await ToolRun.StartAsync(["members", "demote", silo.PeerId, .. Remote])).Done();
        Assert.Equal("learner", await RoleAsync(silo.PeerId));
        await Eventually.HoldsAsync(
            async _ => await ToolRun.StartAsync(["members", "promote", silo.PeerId, .. Remote]) is { ExitCode: not 4 } run && run.Done().ExitCode == 0,
            "the learner to be promoted", Cancelled);
        Assert.Equal("voter", await RoleAsync(silo.PeerId));

        Assert.Contains("no member of group 'default'", (await ToolRun.StartAsync(["members", "remove", silo.PeerId, .. Remote])).Done().Output, StringComparison.Ordinal);
        Assert.Null(await RoleAsync(silo.PeerId));
        (await ToolRun.StartAsync(["members", "remove", silo.PeerId, .. Remote])).Done();
    }

    [Theory]
    [InlineData("add")]
    [InlineData("add --learner")]
    [InlineData("remove")]
    [InlineData("demote")]
    [InlineData("promote")]
    [InlineData("move")]
    public async Task Who_may_not_ask_changes_no_members(string change)
    {
        var words = change.Split(' ');
        var strangerId = await Keygen.RunAsync(fixture["stranger"], Cancelled);
        var target = words[0] switch { "add" => $"/ip4/127.0.0.1/tcp/1/p2p/{strangerId}", "move" => fixture.Address, _ => fixture.Silo.PeerId };
        string[] arguments = ["members", words[0], target, .. words[1..], "--at", fixture.Address];
        var before = (await MembersAsync()).ToString();

        var stranger = await ToolRun.StartAsync([.. arguments, "--identity", Path.Combine(fixture["stranger"], "identity.key")]);
        var wrong = await ToolRun.StartAsync("not the token of this silo", arguments);

        RequireRefusal(stranger, "neither a member nor among this silo's Administrators");
        RequireRefusal(wrong, "The token is not this silo's AdminToken");
        Assert.Equal(before, (await MembersAsync()).ToString());
    }

    [Fact]
    public async Task What_cannot_be_done_says_what_to_do()
    {
        await RequireAsync(2, "is no address of a silo", "add", "/ip4/10.0.0.4/tcp/4001");
        await RequireAsync(2, "is no peer id", "remove", "second");
        await RequireAsync(2, "is no member of group", "promote", await Keygen.RunAsync(fixture["nobody"], Cancelled));
        await RequireAsync(1, "Add another one first", "remove", fixture.Silo.PeerId);
        await RequireAsync(1, "is a Voter of group 'default' already", "add", fixture.Address.Replace("127.0.0.1", "127.0.0.2", StringComparison.Ordinal), "--learner");

        // A silo that does not run is a learner that nobody waits for, until it does.
        var absent = $"/ip4/127.0.0.1/tcp/{LoopbackPorts.Take(1)[0]}/p2p/{await Keygen.RunAsync(fixture["absent"], Cancelled)}";
        await RequireAsync(4, "Ask again", "add", absent, "--timeout", "4");
        (await ToolRun.StartAsync(["members", "remove", absent[(absent.LastIndexOf('/') + 1)..], .. Remote])).Done();
        Assert.Single((await MembersAsync()).EnumerateArray());
    }

    private static void RequireRefusal(ToolRun run, string message)
    {
        Assert.True(run.ExitCode == 1, $"The tool ended with {run.ExitCode}: {run.Errors}{run.Output}");
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
    }

    private async Task RequireAsync(int exitCode, string message, params string[] change)
    {
        var run = await ToolRun.StartAsync(["members", .. change, .. Remote]);
        Assert.True(exitCode == run.ExitCode, $"'members {string.Join(' ', change)}' ended with {run.ExitCode}: {run.Errors}{run.Output}");
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
    }

    private async Task<JsonElement> MembersAsync() => (await ToolRun.StartAsync(["members", .. Remote, "--json"])).Done().Json;

    private async Task<string?> RoleAsync(string peerId) =>
        (await MembersAsync()).EnumerateArray().Where(member => member.GetProperty("peerId").GetString() == peerId).Select(member => member.GetProperty("role").GetString()).SingleOrDefault();
}

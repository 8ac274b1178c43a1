using System.Text;
using System.Text.Json;
using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Nemesis.Tool;

/// <summary>The tool against a silo that runs, and against what a silo leaves behind.</summary>
public sealed class ToolTests(OperatedSilo fixture) : IClassFixture<OperatedSilo>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string[] Remote => ["--at", fixture.Address, "--identity", fixture.Identity];

    [Fact]
    public async Task An_administrator_sees_the_groups_and_their_members()
    {
        var status = (await ToolRun.StartAsync(["status", .. Remote, "--json"])).Done().Json;
        Assert.Equal(fixture.Silo.PeerId, status.GetProperty("peerId").GetString());
        var group = Assert.Single(status.GetProperty("groups").EnumerateArray());
        Assert.Equal("default", group.GetProperty("name").GetString());
        Assert.Equal("leader", group.GetProperty("role").GetString());
        Assert.Equal(fixture.Silo.PeerId, group.GetProperty("leader").GetString());
        Assert.Equal((1, 1), (group.GetProperty("operationsVersion").GetInt32(), group.GetProperty("declaredOperationsVersion").GetInt32()));

        var table = (await ToolRun.StartAsync(["status", .. Remote])).Done().Output;
        Assert.Contains(fixture.Silo.PeerId, table, StringComparison.Ordinal);
        var member = Assert.Single((await ToolRun.StartAsync(["members", .. Remote, "--json"])).Done().Json.EnumerateArray());
        Assert.True(member.GetProperty("leads").GetBoolean());
        Assert.Equal(fixture.Address, Assert.Single(member.GetProperty("addresses").EnumerateArray()).GetString());
        Assert.Contains("voter, leads", (await ToolRun.StartAsync(["members", .. Remote])).Done().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_that_the_silo_does_not_have_is_a_wrong_argument_and_the_answer_names_those_it_has()
    {
        var run = await ToolRun.StartAsync(["snapshot", .. Remote, "--group", "other"]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("only 'default'", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_serves_instead_of_an_identity_and_nothing_else_does()
    {
        (await ToolRun.StartAsync(OperatedSilo.Token, ["status", "--at", fixture.Address])).Done();
        var wrong = await ToolRun.StartAsync("another token of a test", ["status", "--at", fixture.Address]);
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("The token is not this silo's AdminToken", wrong.Errors, StringComparison.Ordinal);
        var none = await ToolRun.StartAsync("status", "--at", fixture.Address);
        Assert.Equal(1, none.ExitCode);
        Assert.Contains("neither a member nor among this silo's Administrators", none.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(OperatedSilo.Token, await ReadLogAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_that_cannot_be_reached_is_worth_another_try()
    {
        var nowhere = $"/ip4/127.0.0.1/tcp/{LoopbackPorts.Take(1)[0]}/p2p/{fixture.Silo.PeerId}";
        var run = await ToolRun.StartAsync("status", "--at", nowhere, "--identity", fixture.Identity, "--timeout", "5");
        Assert.Equal(4, run.ExitCode);
        Assert.Contains("cannot be reached", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("status --at /ip4/127.0.0.1/tcp/1")]
    [InlineData("recover --data nowhere")]
    [InlineData("nonsense")]
    public async Task Wrong_arguments_end_with_two(string arguments)
    {
        var run = await ToolRun.StartAsync(arguments.Split(' '));
        Assert.Equal(2, run.ExitCode);
        Assert.NotEmpty(run.Errors);
    }

    [Fact]
    public async Task The_help_of_a_command_says_what_it_does_to_the_group()
    {
        Assert.Contains("Exit codes", (await ToolRun.StartAsync("--help")).Done().Output, StringComparison.Ordinal);
        Assert.Contains("another incarnation", (await ToolRun.StartAsync("restore", "--help")).Done().Output, StringComparison.Ordinal);
        Assert.Contains("lost for ever", (await ToolRun.StartAsync("recover", "--help")).Done().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_backed_up_is_there_after_the_disk_was_lost()
    {
        await PutAsync("precious", "backed up");
        Assert.True((await ToolRun.StartAsync(["snapshot", .. Remote, "--json"])).Done().Json.GetProperty("index").GetInt64() > 0);
        var backup = fixture["backup"];
        var made = (await ToolRun.StartAsync(["backup", backup, .. Remote, "--json"])).Done().Json;
        Assert.True(made.GetProperty("backup").GetProperty("index").GetInt64() > 0);
        Assert.Equal(2, (await ToolRun.StartAsync(["backup", backup, .. Remote])).ExitCode);
        Assert.StartsWith("whole: backup", (await ToolRun.StartAsync("verify", backup)).Done().Output, StringComparison.Ordinal);
        await PutAsync("late", "not backed up");

        // A folder in use is left alone.
        var inUse = await ToolRun.StartAsync("verify", fixture.Data);
        Assert.Equal(1, inUse.ExitCode);
        Assert.Contains("another process uses", inUse.Errors, StringComparison.Ordinal);
        fixture.Silo.Kill();
        var whole = (await ToolRun.StartAsync("verify", fixture.Data, "--json")).Done().Json;
        Assert.True(Assert.Single(whole.EnumerateArray()).GetProperty("isWhole").GetBoolean());
        var entries = (await ToolRun.StartAsync("log", "dump", "--data", fixture.Data, "--json")).Done().Output.TrimEnd().Split('\n')
            .Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Contains(entries.SelectMany(entry => entry.GetProperty("commands").EnumerateArray()), command => command.GetProperty("table").GetString() == "states");

        var refused = await ToolRun.StartAsync("restore", backup, "--data", fixture.Data, "--voters", fixture.Address);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("holds data", refused.Errors, StringComparison.Ordinal);
        var restored = (await ToolRun.StartAsync("restore", backup, "--data", fixture.Data, "--voters", fixture.Address, "--replace", "--json")).Done().Json;
        Assert.True(Directory.Exists(restored.GetProperty("movedTo").GetString()));
        await fixture.StartAsync();
        Assert.Equal("backed up", await GetAsync("precious"));
        Assert.Equal("", await GetAsync("late"));
    }

    [Fact]
    public async Task A_damaged_backup_ends_with_three_and_is_not_restored()
    {
        var backup = fixture["damaged"];
        (await ToolRun.StartAsync(["backup", backup, .. Remote])).Done();
        var bytes = await File.ReadAllBytesAsync(backup, Cancelled);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(backup, bytes, Cancelled);
        var verified = await ToolRun.StartAsync("verify", backup);
        Assert.Equal(3, verified.ExitCode);
        Assert.Contains("differs from its checksum", verified.Output, StringComparison.Ordinal);
        await Keygen.RunAsync(fixture["another"], Cancelled);
        var restored = await ToolRun.StartAsync("restore", backup, "--data", fixture["another"], "--voters", await Keygen.RunAsync(fixture["another"], Cancelled));
        Assert.Equal(1, restored.ExitCode);
        Assert.Contains("nothing was restored", restored.Errors, StringComparison.Ordinal);
    }

    private async Task PutAsync(string key, string value) =>
        Assert.Equal(Http.CallOutcome.Acknowledged, (await fixture.Silo.Client.PutAsync(key, Encoding.UTF8.GetBytes(value), Cancelled)).Outcome);

    private async Task<string> GetAsync(string key) => Encoding.UTF8.GetString((await fixture.Silo.Client.GetAsync(key, Cancelled)).Value!);

    private async Task<string> ReadLogAsync()
    {
        using var reader = new StreamReader(new FileStream(fixture["silo.log"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return await reader.ReadToEndAsync(Cancelled);
    }
}

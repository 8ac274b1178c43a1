using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Replication.Groups;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Tests.Hosting;

/// <summary>The options, from code and configuration. The silo is built but not started.</summary>
public sealed class RaftReplicationOptionsTests
{
    private const string Peer = "/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWNbzK1jjyQKGrN42tiQ7xjidK7GwNj9BzVPk6T7DWBiTD";
    private const string Second = "/ip4/127.0.0.1/tcp/4002/p2p/12D3KooWM558y444z8vqB1eTpFUaGkcBSgpLSUbV36atCS3K9ZJL";
    private const string Third = "/ip4/127.0.0.1/tcp/4003/p2p/12D3KooWSqFzdMWwoinzwTAgCuNZdiukvS6f5uFXLbG76jg9sL1k";
    private const string Fourth = "/ip4/127.0.0.1/tcp/4004/p2p/12D3KooWPouGZN2XpZGMx7wjcbAHau5Kd7KCuUvChgv3eoi6JSnx";

    [Fact]
    public void Without_arguments_it_is_a_silo_on_its_own_with_its_data_below_the_current_folder()
    {
        using var host = Build(silo => silo.AddRaftReplication());
        Validate(host);
        var options = Options(host);
        Assert.Equal("data", options.DataDirectory);
        Assert.Empty(options.Peers);
        Assert.Empty(options.ListenAddresses);
        Assert.Empty(options.Groups);
        Assert.Null(options.ClusterId);
    }

    [Fact]
    public void Configuration_sets_options_and_code_has_the_last_word()
    {
        using var host = Build(
            silo => silo.AddRaftReplication(options => options.ClusterId = "from code").AddRaftReplication(options => options.Groups.Add("more")),
            ("Orleans:Replication:DataDirectory", "elsewhere"),
            ("Orleans:Replication:ClusterId", "from configuration"),
            ("Orleans:Replication:Peers:0", Peer),
            ("Orleans:Replication:ListenAddresses:0", "/ip4/0.0.0.0/tcp/4001"),
            ("Orleans:Replication:ProposalTimeout", "00:00:03"),
            ("Orleans:Replication:MaxCommandBytes", "65536"));
        Validate(host);
        var options = Options(host);
        Assert.Equal(("elsewhere", "from code", TimeSpan.FromSeconds(3), 65_536), (options.DataDirectory, options.ClusterId, options.ProposalTimeout, options.MaxCommandBytes));
        Assert.Equal([Peer], options.Peers);
        Assert.Equal(["/ip4/0.0.0.0/tcp/4001"], options.ListenAddresses);
        Assert.Equal(["more"], options.Groups);
        Assert.Single(host.Services.GetServices<IReplicationHost>());
    }

    [Fact]
    public void The_silo_logs_all_options_when_it_starts()
    {
        using var host = Build(silo => silo.AddRaftReplication(options =>
        {
            options.Peers.Add(Peer);
            options.ListenAddresses.Add("/ip4/0.0.0.0/tcp/4001");
        }));
        var logged = host.Services.GetServices<IOptionFormatter>().Single(formatter => formatter is IOptionFormatter<RaftReplicationOptions>).Format().ToArray();
        Assert.Contains(logged, line => line.Contains(Peer, StringComparison.Ordinal));
        Assert.Contains(logged, line => line.Contains("/ip4/0.0.0.0/tcp/4001", StringComparison.Ordinal));
        Assert.Contains("DataDirectory: data", logged);
    }

    [Fact]
    public void The_defaults_are_those_of_a_group()
    {
        var defaults = new RaftGroupOptions { Voters = [], Tables = [], StateMachineVersion = 1 };
        Assert.Equivalent(defaults, GroupOptions.Create("default", [], [], new RaftReplicationOptions()), strict: true);
    }

    [Theory]
    [InlineData("RaftReplicationOptions.Peers has 2 peers.", Peer, Second)]
    [InlineData("RaftReplicationOptions.Peers has 4 peers. An even number survives no more losses", Peer, Second, Third, Fourth)]
    [InlineData("Append /p2p/ and its peer id; 'orleans-replication keygen --data DIR' prints it.", "/ip4/127.0.0.1/tcp/4001")]
    [InlineData("'127.0.0.1:4001' is no multiaddr", "127.0.0.1:4001")]
    [InlineData("has no TCP address. Write it like /ip4/10.0.0.2/tcp/4001/p2p/12D3KooWNbzK", "/p2p/12D3KooWNbzK1jjyQKGrN42tiQ7xjidK7GwNj9BzVPk6T7DWBiTD")]
    public void A_list_of_peers_that_cannot_work_is_refused_with_what_to_write(string message, params string[] peers) => Refused(message, options =>
    {
        foreach (var peer in peers)
            options.Peers.Add(peer);
    });

    [Theory]
    [InlineData("/ip4/0.0.0.0")]
    [InlineData("/dns4/silo1/tcp/4001")]
    [InlineData(Peer)]
    public void An_address_that_cannot_be_listened_on_is_refused(string address) => Refused(
        $"RaftReplicationOptions.ListenAddresses has '{address}', which cannot be listened on. Write an IP address and a TCP port, for example /ip4/0.0.0.0/tcp/4001.",
        options => options.ListenAddresses.Add(address));

    [Fact]
    public void The_first_version_of_operations_is_1() => Refused("RaftReplicationOptions.OperationsVersion is 0. Write 1", options => options.OperationsVersion = 0);

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("группа")]
    public void A_group_that_cannot_name_a_folder_is_refused(string group) =>
        Refused("RaftReplicationOptions.Groups has", options => options.Groups.Add(group));

    [Fact]
    public void A_folder_without_a_name_and_a_negative_time_are_refused()
    {
        Refused("RaftReplicationOptions.DataDirectory is empty.", options => options.DataDirectory = " ");
        Refused("RaftReplicationOptions.CatchUpTimeout is negative.", options => options.CatchUpTimeout = TimeSpan.FromTicks(-1));
        Refused("RaftReplicationOptions.ShutdownTimeout is 00:00:00.0990000.", options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(99));
        Refused("RaftReplicationOptions.ShutdownTimeout is 00:01:00.0010000.", options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(60_001));
        Refused("RaftReplicationOptions.ClusterId has 129 characters.", options => options.ClusterId = new string('c', 129));
    }

    [Fact]
    public void Admission_without_a_secret_and_a_secret_that_serves_two_ends_are_refused()
    {
        Refused("RaftReplicationOptions.AutoAdmit is set without a JoinToken: nobody could ask to join. Write a JoinToken on every silo", options => options.AutoAdmit = true);
        Refused("RaftReplicationOptions.JoinToken has 15 characters. Write 16 to 1024 that cannot be guessed", options => options.JoinToken = new string('x', 15));
        Refused("RaftReplicationOptions.JoinToken is the AdminToken as well", options => options.JoinToken = options.AdminToken = new string('x', 16));
    }

    [Fact]
    public void Secrets_are_not_logged()
    {
        const string Secret = "a secret of the cluster";
        using var host = Build(silo => silo.AddRaftReplication(options => options.JoinToken = Secret));
        var logged = host.Services.GetServices<IOptionFormatter>().Single(formatter => formatter is IOptionFormatter<RaftReplicationOptions>).Format().ToArray();
        Assert.Contains(logged, line => line.StartsWith("JoinToken: ", StringComparison.Ordinal));
        Assert.DoesNotContain(logged, line => line.Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public void Three_peers_and_several_addresses_of_one_are_accepted()
    {
        using var host = Build(silo => silo.AddRaftReplication(options =>
        {
            foreach (var peer in new[] { Peer, Peer.Replace("127.0.0.1", "10.0.0.1", StringComparison.Ordinal), Second, Third })
                options.Peers.Add(peer);
        }));
        Validate(host);
    }

    private static void Refused(string message, Action<RaftReplicationOptions> configure)
    {
        using var host = Build(silo => silo.AddRaftReplication(configure));
        Assert.Contains(message, Assert.Throws<ReplicationConfigurationException>(() => Validate(host)).Message, StringComparison.Ordinal);
    }

    private static void Validate(IHost host) =>
        host.Services.GetServices<IConfigurationValidator>().OfType<RaftReplicationOptionsValidator>().Single().ValidateConfiguration();

    private static RaftReplicationOptions Options(IHost host) => host.Services.GetRequiredService<IOptions<RaftReplicationOptions>>().Value;

    private static IHost Build(Action<ISiloBuilder> configure, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering();
            configure(silo);
        });
        return builder.Build();
    }
}

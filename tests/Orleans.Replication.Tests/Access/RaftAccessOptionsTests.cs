using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Access;

/// <summary>The options of those who hold no replica, and those of the silos that let them in. Nothing is started.</summary>
public sealed class RaftAccessOptionsTests
{
    private const string Seed = "/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWNbzK1jjyQKGrN42tiQ7xjidK7GwNj9BzVPk6T7DWBiTD";
    private const string Token = "what clients and silos share";

    [Fact]
    public void Configuration_sets_options_and_code_has_the_last_word()
    {
        using var host = BuildClient(
            client => client.AddRaftReplication(options => options.ClusterId = "from code").AddRaftReplication(),
            ("Orleans:Replication:Seeds:0", Seed),
            ("Orleans:Replication:AccessToken", Token),
            ("Orleans:Replication:ClusterId", "from configuration"),
            ("Orleans:Replication:RequestTimeout", "00:00:03"));
        Validate(host);
        var options = host.Services.GetRequiredService<IOptions<RaftAccessOptions>>().Value;
        Assert.Equal((Token, "from code", TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3)), (options.AccessToken, options.ClusterId, options.RequestTimeout, options.ConnectTimeout));
        Assert.Equal([Seed], options.Seeds);
        Assert.Single(host.Services.GetServices<IReplicationGroup>());
    }

    [Fact]
    public void What_cannot_work_is_refused_with_what_to_write()
    {
        foreach (var (message, change) in new (string, Action<RaftAccessOptions>)[]
        {
            ("RaftAccessOptions.Seeds is empty. Name one silo or more", options => options.Seeds = []),
            ("RaftAccessOptions.Seeds: '/ip4/127.0.0.1/tcp/4001' does not say which peer is there.", options => options.Seeds = ["/ip4/127.0.0.1/tcp/4001"]),
            ("RaftAccessOptions.AccessToken is missing. Write the AccessToken of the silos.", options => options.AccessToken = null),
            ("RaftAccessOptions.AccessToken has 5 characters. Write 16 to 1024", options => options.AccessToken = "short"),
            ("RaftAccessOptions.ClusterId has 0 characters. Write that of the silos, 1 to 128", options => options.ClusterId = string.Empty),
            ("RaftAccessOptions.RequestTimeout is 00:00:00. Write 00:00:00.1000000 to 00:10:00.", options => options.RequestTimeout = TimeSpan.Zero),
            ("RaftAccessOptions.ConnectTimeout is 00:02:00. Write 00:00:00.1000000 to 00:01:00.", options => options.ConnectTimeout = TimeSpan.FromMinutes(2)),
        })
        {
            using var host = BuildClient(client => client.AddRaftReplication(options => (options.Seeds, options.AccessToken) = ([Seed], Token)).AddRaftReplication(change));
            Assert.StartsWith(message, Assert.Throws<ReplicationConfigurationException>(() => Validate(host)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_silo_refuses_tokens_that_can_be_guessed_or_open_more_doors()
    {
        foreach (var (message, change) in new (string, Action<RaftReplicationOptions>)[]
        {
            ("RaftReplicationOptions.AccessToken has 5 characters. Write 16 to 1024", options => options.AccessToken = "short"),
            ("RaftReplicationOptions.AccessToken is the AdminToken or the JoinToken as well", options => (options.AccessToken, options.AdminToken) = (Token, Token)),
            ("RaftReplicationOptions.AccessToken is the AdminToken or the JoinToken as well", options => (options.AccessToken, options.JoinToken) = (Token, Token)),
        })
        {
            using var host = BuildSilo(silo => silo.AddRaftReplication(change));
            Assert.StartsWith(message, Assert.Throws<ReplicationConfigurationException>(() => Validate(host)).Message, StringComparison.Ordinal);
        }

        using var good = BuildSilo(silo => silo.AddRaftReplication(options => options.AccessToken = Token));
        Validate(good);
    }

    [Fact]
    public void The_token_is_not_told_when_options_are_logged()
    {
        using var client = BuildClient(client => client.AddRaftReplication(options => (options.Seeds, options.AccessToken) = ([Seed], Token)));
        var lines = client.Services.GetServices<IOptionFormatter>().SelectMany(formatter => formatter.Format()).ToList();
        Assert.Contains(lines, line => line.StartsWith(nameof(RaftAccessOptions.AccessToken), StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains(Token, StringComparison.Ordinal));
    }

    [Fact]
    public void A_silo_holds_replicas_or_uses_groups_remotely()
    {
        Assert.Throws<ReplicationConfigurationException>(() => BuildSilo(silo => silo.AddRaftReplication().UseRemoteRaftReplication()));
        Assert.Throws<ReplicationConfigurationException>(() => BuildSilo(silo => silo.UseRemoteRaftReplication().AddRaftReplication()));
        using var host = BuildSilo(silo => silo.UseRemoteRaftReplication(options => (options.Seeds, options.AccessToken) = ([Seed], Token)).UseRemoteRaftReplication());
        Validate(host);
    }

    private static void Validate(IHost host)
    {
        foreach (var validator in host.Services.GetServices<IConfigurationValidator>().Where(validator => validator.GetType().Assembly == typeof(RaftAccessOptions).Assembly))
            validator.ValidateConfiguration();
    }

    private static IHost BuildClient(Action<IClientBuilder> configure, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.UseOrleansClient(client => configure(client.UseLocalhostClustering()));
        return builder.Build();
    }

    private static IHost BuildSilo(Action<ISiloBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo => configure(silo.UseLocalhostClustering()));
        return builder.Build();
    }
}

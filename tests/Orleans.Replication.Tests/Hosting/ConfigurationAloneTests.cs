using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.EventSourcing;
using Orleans.GrainDirectory;
using Orleans.Replication.Clustering.Provider;
using Orleans.Replication.GrainDirectories.Provider;
using Orleans.Replication.Reminders.Provider;
using Orleans.Replication.Storage.Provider;
using Orleans.Replication.Streams.Provider;
using Orleans.Replication.Tests.GrainDirectories;
using Orleans.Replication.Tests.Journals;
using Orleans.Replication.Tests.Reminders;
using Orleans.Replication.Tests.Silos;
using Orleans.Replication.Tests.Storage;
using Orleans.Replication.Transactions.Provider;
using Orleans.Storage;
using Orleans.Streams;
using Orleans.Transactions.Abstractions;

namespace Orleans.Replication.Tests.Hosting;

/// <summary>A silo whose providers all come from appsettings.json: the code says UseOrleans, and nothing else.</summary>
public sealed class ConfigurationAloneTests
{
    [Fact]
    public async Task A_silo_is_configured_by_a_file_alone_and_works()
    {
        using var folder = new TestFolder();
        var ports = FreePorts.Take(2);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddProvider(TestLog.Instance);
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes($$"""
            {
              "Orleans": {
                "ClusterId": "from-a-file",
                "ServiceId": "from-a-file",
                "Endpoints": { "AdvertisedIPAddress": "127.0.0.1", "SiloPort": {{ports[0]}}, "GatewayPort": {{ports[1]}} },
                "Replication": { "DataDirectory": {{System.Text.Json.JsonSerializer.Serialize(folder.Sub("data"))}}, "Groups": [ "precious" ] },
                "Clustering": { "ProviderType": "Raft" },
                "Reminders": { "ProviderType": "Raft" },
                "GrainStorage": { "Default": { "ProviderType": "Raft" }, "other": { "ProviderType": "Raft", "Group": "precious" }, "PubSubStore": { "ProviderType": "Raft" } },
                "Streaming": { "changes": { "ProviderType": "Raft" } },
                "LogConsistency": { "ledgers": { "ProviderType": "Raft", "Group": "precious" }, "foreign": { "ProviderType": "SomethingElse" } },
                "TransactionalState": { "Default": { "ProviderType": "Raft", "SerializerKey": "own" } },
                "GrainDirectory": { "raft": { "ProviderType": "Raft", "Group": "precious" } }
              }
            }
            """)));
        var serializer = new JsonGrainStorageSerializer(null!);
        builder.Services.AddKeyedSingleton<IGrainStorageSerializer>("own", serializer);
        builder.UseOrleans();
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);

        Assert.IsType<RaftMembershipTable>(host.Services.GetRequiredService<IMembershipTable>());
        Assert.IsType<RaftReminderTable>(host.Services.GetRequiredService<IReminderTable>());
        Assert.IsType<RaftGrainStorage>(host.Services.GetRequiredKeyedService<IGrainStorage>("other"));
        Assert.IsType<RaftGrainDirectory>(host.Services.GetRequiredKeyedService<IGrainDirectory>(PreciousGrain.DirectoryName));
        Assert.IsType<RaftStreamAdapterFactory>(host.Services.GetRequiredKeyedService<IQueueAdapterFactory>("changes"));
        Assert.Null(host.Services.GetKeyedService<ILogViewAdaptorFactory>("foreign"));
        Assert.IsType<RaftTransactionalStateStorageFactory>(host.Services.GetRequiredKeyedService<ITransactionalStateStorageFactory>("Default"));
        Assert.Same(serializer, host.Services.GetRequiredService<IOptionsMonitor<RaftTransactionalStateOptions>>().Get("Default").GrainStorageSerializer);
        Assert.Equal("precious", host.Services.GetRequiredService<IOptionsMonitor<RaftLogConsistencyOptions>>().Get("ledgers").Group);
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        await grains.GetGrain<ILedgerGrain>("1").BookAsync(3, "from a file");
        await grains.GetGrain<IVaultGrain>("1").SetAsync(5);
        await grains.GetGrain<IPreciousGrain>("1").WhoAsync();
        await grains.GetGrain<IClockGrain>("1").SetAsync(TimeSpan.FromMinutes(1));
        Assert.Single((await host.Services.GetRequiredService<IReminderTable>().ReadRows(0, 0)).Reminders);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }
}

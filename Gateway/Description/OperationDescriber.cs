using System.Globalization;
using System.Text.RegularExpressions;
using Granary.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Granary.Gateway;

/// <summary>Describes operations in OpenAPI, from what their <see cref="Operation"/> says.</summary>
internal static partial class OperationDescriber
{
    private const string SchemeName = "token";

    public static async Task DescribeDocumentAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Granary", Version = DescriptionEndpoints.DocumentName,
            Description = "Programs as durable actors. What the words mean is in docs/api.md.",
        };
        // Where it is served is known to whoever reads it there.
        document.Servers?.Clear();
        HashSet<string?> tags = [.. document.Paths.Values.SelectMany(p => p.Operations!.Values)
            .SelectMany(o => o.Tags!).Select(t => t.Name)];
        document.Tags = document.Tags?.Where(t => tags.Contains(t.Name)).ToHashSet();
        // The data of a server-sent event is in no answer's content type.
        document.AddComponent(
            nameof(ApiEvent), await context.GetOrCreateSchemaAsync(typeof(ApiEvent), null, cancellationToken));
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[SchemeName] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http, Scheme = "bearer",
            Description = "A token of the node. Without any tokens, a node on loopback needs none.",
        };
    }

    /// <summary>Comments of records speak to readers of C#.</summary>
    public static Task DescribeSchemaAsync(
        OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        schema.Description = null;
        return Task.CompletedTask;
    }

    /// <summary>What the framework needs to know to describe answers.</summary>
    public static IEnumerable<object> MetadataOf(Operation operation)
    {
        foreach (OperationAnswer answer in operation.Answers.Where(a => a.Type is not null))
        {
            yield return new ProducesResponseTypeMetadata(answer.Status, answer.Type, [answer.ContentType]);
        }
        foreach (int status in AllProblems(operation))
        {
            yield return new ProducesResponseTypeMetadata(status, typeof(ApiProblem), ["application/problem+json"]);
        }
    }

    public static async Task DescribeAsync(
        OpenApiOperation described, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        Operation operation = context.Description.ActionDescriptor.EndpointMetadata.OfType<Operation>().Single();
        OpenApiDocument document = context.Document!;
        described.OperationId = operation.Id;
        described.Summary = operation.Summary;
        described.Tags = new HashSet<OpenApiTagReference> { new(operation.Tag, document) };
        document.Tags ??= new HashSet<OpenApiTag>();
        document.Tags.Add(new OpenApiTag { Name = operation.Tag });
        DescribeParameters(described, operation, context.Description.RelativePath ?? "");
        if (operation.Body is { } body)
        {
            described.RequestBody = new OpenApiRequestBody
            {
                Required = body.Type is not null,
                Description = string.Create(
                    CultureInfo.InvariantCulture, $"The {body.What}: at most {body.BytesMax} bytes."),
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [body.ContentType] = await ContentAsync(body.Type, context, cancellationToken),
                },
            };
        }
        // The framework has described what is JSON, by reference to its components.
        OpenApiResponses made = described.Responses ?? [];
        described.Responses = [];
        foreach (OperationAnswer answer in operation.Answers)
        {
            described.Responses.Add(Status(answer.Status), Describe(answer, made));
        }
        foreach (int status in AllProblems(operation))
        {
            described.Responses.Add(Status(status), DescribeProblem(status, made));
        }
        if (operation.Role > ApiRole.None)
        {
            described.Description = $"Needs the role {ToApi.Word(operation.Role)}.";
            described.Security =
            [
                new OpenApiSecurityRequirement
                {
                    [new OpenApiSecuritySchemeReference(SchemeName, document)] = [ToApi.Word(operation.Role)],
                },
            ];
        }
    }

    private static void DescribeParameters(OpenApiOperation described, Operation operation, string path)
    {
        described.Parameters = [];
        foreach (Match match in PathParameter().Matches(path))
        {
            described.Parameters.Add(new OpenApiParameter
            {
                Name = match.Groups[1].Value, In = ParameterLocation.Path, Required = true, Schema = SchemaOf("string"),
                Description = match.Groups[1].Value switch
                {
                    "id" => "The kernel.",
                    "key" => "The idempotency key of the call.",
                    "number" => "The number of the dead letter.",
                    _ => "The name.",
                },
            });
        }
        foreach (OperationParameter parameter in operation.Parameters)
        {
            IOpenApiSchema schema = SchemaOf(parameter.Type);
            described.Parameters.Add(new OpenApiParameter
            {
                Name = parameter.Name, Required = parameter.Required, Description = parameter.Description,
                In = parameter.Place == "query" ? ParameterLocation.Query : ParameterLocation.Header,
                Schema = parameter.Repeats ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = schema } : schema,
            });
        }
    }

    private static OpenApiResponse Describe(OperationAnswer answer, OpenApiResponses made)
    {
        OpenApiResponse response = new() { Description = answer.Description };
        if (answer.Type is not null)
        {
            response.Content = made[Status(answer.Status)].Content;
        }
        else if (answer.Status is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified))
        {
            response.Content = new Dictionary<string, OpenApiMediaType> { [answer.ContentType.Split(';')[0]] = new() };
        }
        if (answer.Headers.Count > 0)
        {
            response.Headers = answer.Headers.ToDictionary(
                h => h, IOpenApiHeader (_) => new OpenApiHeader { Schema = SchemaOf("string") });
        }
        return response;
    }

    /// <summary>What can go wrong, in order: with what can go wrong with each operation.</summary>
    private static SortedSet<int> AllProblems(Operation operation)
    {
        SortedSet<int> statuses = [.. operation.ProblemStatuses, 400, 403, 500, 503];
        if (operation.Role > ApiRole.None)
        {
            statuses.Add(401);
        }
        return statuses;
    }

    private static OpenApiResponse DescribeProblem(int status, OpenApiResponses made)
    {
        OpenApiResponse response = new() { Description = WhyOf(status), Content = made[Status(status)].Content };
        if (status is 429 or 503)
        {
            response.Headers = new Dictionary<string, IOpenApiHeader>
            {
                ["Retry-After"] = new OpenApiHeader { Schema = SchemaOf("integer"), Description = "Seconds." },
            };
        }
        return response;
    }

    private static string WhyOf(int status) => status switch
    {
        400 => "The request is not right.",
        401 => "No token, or an unknown one.",
        403 => "A token of a lesser role; without tokens, a foreign Host or Origin.",
        404 => "There is no such thing.",
        408 => "The body came too slowly.",
        409 => "The id or name is taken, or the kernel cannot do it now.",
        413 => "The body is too large.",
        415 => "Another content type.",
        429 => "Full, or too many at a time.",
        503 => "The store refuses, it took too long, or the node is shutting down.",
        _ => "The node failed.",
    };

    /// <summary>A record by reference to its component; text for all else.</summary>
    private static async Task<OpenApiMediaType> ContentAsync(
        Type? type, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (type is null)
        {
            return new OpenApiMediaType();
        }
        OpenApiSchema schema = await context.GetOrCreateSchemaAsync(type, null, cancellationToken);
        OpenApiDocument document = context.Document!;
        document.AddComponent(type.Name, schema);
        return new OpenApiMediaType { Schema = new OpenApiSchemaReference(type.Name, document) };
    }

    private static OpenApiSchema SchemaOf(string type) => new()
    {
        Type = type switch
        {
            "integer" => JsonSchemaType.Integer,
            "number" => JsonSchemaType.Number,
            _ => JsonSchemaType.String,
        },
    };

    private static string Status(int status) => status.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\{([a-z]+)\}")]
    private static partial Regex PathParameter();
}

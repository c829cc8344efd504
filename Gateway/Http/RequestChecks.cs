using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Granary.Gateway;

/// <summary>What can be said of a request before its body is read.</summary>
internal static class RequestChecks
{
    public static void Check(HttpContext context, Operation operation)
    {
        CheckPath(context);
        CheckQuery(context.Request, operation);
        if (context.Request.Headers.IfMatch.Count > 0)
        {
            // Ignoring it would do what the client wanted to prevent.
            throw Problems.BadRequest("The header If-Match does nothing here.", "Leave it out.");
        }
        string encoding = context.Request.Headers.TransferEncoding.ToString();
        if (encoding.Length > 0 && !encoding.Equals("chunked", StringComparison.OrdinalIgnoreCase))
        {
            throw Problems.BadRequest(
                "The header Transfer-Encoding is not 'chunked'.", "Send the body plainly, or in chunks.");
        }
        CheckBody(context, operation);
    }

    /// <summary>
    /// A server takes <c>ports/..</c> for the kernel itself, so that who wants to remove a port of that name would
    /// delete the kernel.
    /// </summary>
    private static void CheckPath(HttpContext context)
    {
        string path = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?', 2)[0];
        if (path.Split('/').Any(s => Uri.UnescapeDataString(s) is "." or ".."))
        {
            throw Problems.BadRequest("The path has a part '.' or '..'.", "Leave it out.");
        }
    }

    private static void CheckQuery(HttpRequest request, Operation operation)
    {
        foreach ((string name, StringValues values) in request.Query)
        {
            OperationParameter known = operation.Parameters.FirstOrDefault(p => p.Place == "query" && p.Name == name)
                ?? throw Problems.BadParameter(name, values.ToString(), Known(operation));
            if (values.Count > 1 && !known.Repeats)
            {
                throw Problems.BadRequest($"The parameter '{name}' is there {values.Count} times.", "Give it once.");
            }
        }
        foreach (OperationParameter needed in operation.Parameters.Where(p => p.Required))
        {
            if (!request.Query.ContainsKey(needed.Name))
            {
                throw Problems.BadRequest($"The parameter '{needed.Name}' is missing.", needed.Description);
            }
        }
    }

    private static string Known(Operation operation)
    {
        string[] names = [.. operation.Parameters.Where(p => p.Place == "query").Select(p => p.Name)];
        return names.Length == 0
            ? "There is no such parameter: this takes none."
            : $"There is no such parameter: this takes {string.Join(", ", names)}.";
    }

    private static void CheckBody(HttpContext context, Operation operation)
    {
        HttpRequest request = context.Request;
        bool hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;
        if (operation.Body is not { } body)
        {
            if (hasBody)
            {
                throw Problems.BadRequest("There is a body.", "This takes none: leave it out.");
            }
            return;
        }
        // Nothing at all may come without a type: an empty payload is one.
        string given = request.ContentType ?? "";
        bool fits = MediaTypeHeaderValue.TryParse(given, out MediaTypeHeaderValue? type)
            && type.MediaType.Equals(body.ContentType, StringComparison.OrdinalIgnoreCase)
            && (type.Charset.Length == 0 || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        if (!fits && (hasBody || given.Length > 0))
        {
            throw Problems.WrongContentType(given, body.ContentType);
        }
        if (request.Headers.ContentEncoding.Count > 0)
        {
            throw Problems.WrongContentType($"{given}; encoded as {request.Headers.ContentEncoding}", body.ContentType);
        }
        if (request.ContentLength > body.BytesMax)
        {
            throw Problems.TooLarge(body.What, body.BytesMax);
        }
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = body.BytesMax;
        }
    }
}

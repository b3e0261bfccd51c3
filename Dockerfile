# One image for every process: web, worker, beat, listener. It runs as nobody in particular, needs
# only /data and /tmp to be writable, and holds no compiler and no secret.
FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements/base.txt /tmp/base.txt
RUN /venv/bin/pip install --quiet --require-hashes -r /tmp/base.txt

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data LOG_FORMAT=json
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin bounceadmin \
    && install -d -o bounceadmin -g bounceadmin /data
COPY --from=build /venv /venv
WORKDIR /app
# .dockerignore says what is left out.
COPY . .
RUN python -m compileall -q .
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "-c", \
    "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "bounceadmin.wsgi", "--bind", "0.0.0.0:8000"]

# One image for every process: web, worker, beat, listener. It runs as nobody in particular, needs
# only /data and /tmp to be writable, and holds no compiler and no secret.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
# The image's own pip fills it, so that it needs none.
RUN python -m venv --without-pip /venv
COPY requirements/base.txt /tmp/base.txt
RUN pip --python /venv/bin/python install --quiet --require-hashes -r /tmp/base.txt

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data LOG_FORMAT=json STATIC_ROOT=/app/collected
# Numbers above those that systems give away, the same that the Kubernetes manifests name.
RUN groupadd --gid 10001 bounceadmin \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin bounceadmin \
    && install -d -o bounceadmin -g bounceadmin /data
COPY --from=build /venv /venv
WORKDIR /app
# .dockerignore says what is let in.
COPY . .
# The key is asked for, signs nothing and is kept nowhere.
RUN python -m compileall -q . \
    && SECRET_KEY=none python manage.py collectstatic --no-input --verbosity 0 --ignore "redoc*"
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "-c", \
    "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "bounceadmin.wsgi", "--bind", "0.0.0.0:8000"]
